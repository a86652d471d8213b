import type { EcosystemId } from '../ecosystems/ecosystem';
import type { Refusal, VettingContext } from '../vetting/operations';
import type { ReplyProblem } from './proposal';

/** Most installed packages that a request lists; a large general-purpose image has about 450. */
export const MAXIMUM_PACKAGES = 600;

/** One target as an author sees it. */
export interface RequestedTarget {
  readonly package: string;
  /** Source package, where it is known to differ from `package`. */
  readonly source?: string;
  readonly floor: string;
  readonly action: 'upgrade' | 'remove';
  readonly vulnerabilities: readonly string[];
  /** Installed binary packages that it stands for, where the image's packages are known. */
  readonly installed?: readonly { readonly package: string; readonly version: string }[];
}

/** An earlier answer that could not be used, for a second and last round. */
export interface Correction {
  readonly commands: readonly string[];
  readonly refusals: readonly Refusal[];
  readonly problem?: ReplyProblem;
}

/** How an earlier attempt at the same plan ended. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly author: 'rules' | 'bedrock';
  /** Stable code of the failure. */
  readonly reason: string;
  /** The telling part of the build's log, or the violations; redacted, at most 4,096 bytes. Not to be trusted. */
  readonly log: string;
}

/**
 * What an author is asked for: facts only. Free text of findings is not part of it, unless the image's policy lets it in,
 * and then as data that is not to be trusted.
 */
export interface PatchRequest {
  readonly image: string;
  readonly ecosystem: EcosystemId;
  /** os-release's ID and VERSION_ID, e.g. `debian 12`, where known. */
  readonly platform?: string;
  /** `amd64` or `arm64`. */
  readonly architecture: string;
  readonly targets: readonly RequestedTarget[];
  /** What vetting will accept beside upgrades of the targets. */
  readonly allowed: Pick<VettingContext, 'removable' | 'companions' | 'moduleStreams' | 'releasever'> & {
    /** By target. */
    readonly replacements?: Readonly<Record<string, readonly string[]>>;
  };
  /** What is installed, as `name version`, at most {@link MAXIMUM_PACKAGES}; absent where it is not known. */
  readonly packages?: readonly string[];
  /** How many more packages are installed. */
  readonly packagesOmitted?: number;
  /** 1 for the first attempt at this plan. */
  readonly attempt: number;
  readonly failed?: FailedAttempt;
  readonly correction?: Correction;
  /** Free text of findings, by vulnerability; not to be trusted. */
  readonly findingText?: readonly { readonly vulnerability: string; readonly text: string }[];
}
