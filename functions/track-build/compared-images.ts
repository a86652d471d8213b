import type { GoldenImage } from '../../domain/config/golden-image';
import type { ContractRules } from '../../domain/contract/compare-contracts';
import type { ImageDescription, ImageRegistry } from '../../domain/ports';
import type { PromotedDigest } from '../../domain/table/head-item';
import type { PatchItem } from '../../domain/table/patch-item';
import type { Gathered } from './candidate-proof';

/** The candidate of a patch, as it was built; `gone` where it is not there any more, or was replaced. */
export async function builtCandidate(
  registry: ImageRegistry,
  { architecture }: Pick<GoldenImage, 'architecture'>,
  { candidate }: Pick<PatchItem, 'candidate'>,
): Promise<ImageDescription | Extract<Gathered, { state: 'gone' }>> {
  const built = await registry.describe(candidate?.reference ?? '', architecture);
  if (built !== undefined && built.digest === candidate?.digest) return built;
  return {
    state: 'gone',
    detail: `the candidate ${candidate?.reference ?? ''} is gone, or was replaced, before its proof`,
  };
}

/**
 * What the contract of a candidate is compared by.
 * @param parent as the registry has it now, where it has it; what its name stands for by now may be another than the
 *   candidate was built on, and then nothing is known of that
 */
export function contractRules(
  { contract, policy }: Pick<GoldenImage, 'contract' | 'policy'>,
  parent: ImageDescription | undefined,
  built: ImageDescription,
): ContractRules {
  return {
    ...contract,
    removable: policy.removable,
    ...(parent !== undefined && isBuiltOn(parent, built) && { parent: parent.contract }),
  };
}

/** True where the layers of an image start with those of another. */
export function isBuiltOn({ layers }: ImageDescription, built: ImageDescription): boolean {
  return layers.length > 0 && layers.every(({ digest }, index) => digest === built.layers[index]?.digest);
}

/**
 * The promoted image that a candidate is to replace.
 * @returns undefined where nothing was promoted, or it is not what it was, or is the candidate itself
 */
export async function replacedBy(
  registry: ImageRegistry,
  { architecture }: Pick<GoldenImage, 'architecture'>,
  promoted: PromotedDigest | undefined,
  candidate: ImageDescription,
): Promise<ImageDescription | undefined> {
  const before = promoted === undefined ? undefined : await registry.describe(promoted.reference, architecture);
  return before !== undefined && before.digest === promoted?.digest && before.digest !== candidate.digest
    ? before
    : undefined;
}
