import type { ModelConfig } from '../author/model-config';
import type { AuthorChoice } from '../author/proposal';
import type { EcosystemId } from '../ecosystems/ecosystem';
import type { RiskException } from '../policy/exception';
import type { BaseFacts } from '../platform/base-facts';
import { ecosystemOfBase } from '../platform/base-facts';
import type { Policy } from '../policy/policy';
import { DEFAULT_POLICY, mergePolicies } from '../policy/policy';
import type { Platform } from '../platform/platform';
import { ecosystemIdOf, parsePlatform } from '../platform/platform';
import type { ContractConfig, GoldenImagesConfig } from './config-schema';

/** A golden image with every default filled in. */
export interface GoldenImage {
  readonly name: string;
  readonly repository: string;
  /** Absent where the image was not declared but taken from the findings. */
  readonly parent?: string;
  /** Platform said in the configuration; absent: from the findings or the base. */
  readonly platform?: Platform;
  /** Package manager said in the configuration; absent: from the base, else the platform's usual one. */
  readonly ecosystem?: EcosystemId;
  /** What its base says, where a run has looked at it; never from the configuration. */
  readonly base?: BaseFacts;
  readonly architecture: 'amd64' | 'arm64';
  readonly floatingTag: string;
  /** Amazon Linux 2023 release; absent elsewhere. */
  readonly releasever?: string;
  readonly policy: Policy;
  readonly contract: ContractConfig & { readonly maximumGrowthPercent: number };
}

/** The images and accepted risks that findings are judged by. */
export interface Estate {
  /** By repository name. */
  readonly byRepository: ReadonlyMap<string, GoldenImage>;
  readonly exceptions: readonly RiskException[];
  /** Who writes patch commands, where the configuration says so. */
  readonly author?: AuthorChoice;
  readonly model?: ModelConfig;
}

const DEFAULT_TAG = 'stable';
const DEFAULT_GROWTH_PERCENT = 150;

/** Fills in the defaults of a parsed configuration. */
export function toEstate(config: GoldenImagesConfig): Estate {
  const images = config.images.map((declared): GoldenImage => {
    const platform = parsePlatform(declared.platform);
    return {
      name: declared.name,
      repository: declared.repository,
      parent: declared.parent,
      ...(platform !== undefined && { platform }),
      ...(declared.ecosystem !== undefined && { ecosystem: declared.ecosystem }),
      architecture: declared.architecture ?? 'amd64',
      floatingTag: declared.floatingTag ?? DEFAULT_TAG,
      ...(declared.releasever !== undefined && { releasever: declared.releasever }),
      policy: mergePolicies(config.policy, declared.policy),
      contract: {
        ...declared.contract,
        maximumGrowthPercent: declared.contract?.maximumGrowthPercent ?? DEFAULT_GROWTH_PERCENT,
      },
    };
  });
  return {
    byRepository: new Map(images.map((image) => [image.repository, image])),
    exceptions: config.exceptions ?? [],
    ...(config.author !== undefined && { author: config.author }),
    ...(config.model !== undefined && { model: config.model }),
  };
}

/** A golden image made from an ECR repository that no configuration declares: the built-in policy, its own name. */
export function undeclaredImage(repository: string): GoldenImage {
  return {
    name: repository,
    repository,
    architecture: 'amd64',
    floatingTag: DEFAULT_TAG,
    policy: DEFAULT_POLICY,
    contract: { maximumGrowthPercent: DEFAULT_GROWTH_PERCENT },
  };
}

/** Platform in force: what the configuration says, else what the scanner says, else what the base says. */
export function platformOf(image: GoldenImage, observed: string | undefined): Platform | undefined {
  return image.platform ?? parsePlatform(observed) ?? image.base?.platform;
}

/** Package manager family in force for an image: configured, else found in its base, else the platform's usual one. */
export function ecosystemIdFor(image: GoldenImage, observed: string | undefined): EcosystemId | undefined {
  if (image.ecosystem !== undefined) return image.ecosystem;
  const platform = platformOf(image, observed);
  return image.base === undefined ? ecosystemIdOf(platform) : ecosystemOfBase(image.base, platform);
}
