import { ecosystemOf } from '.';
import { GoldenImagesError } from '../errors';
import type { PatchItem } from '../table/patch-item';
import type { Ecosystem, EcosystemId } from './ecosystem';

/** The ecosystem of a patch; undefined of one that has no targets, and whose image's package manager is not known. */
export function ecosystemOfPatch({ ecosystem }: Pick<PatchItem, 'ecosystem'>): Ecosystem | undefined {
  return ecosystem === undefined ? undefined : ecosystemOf(ecosystem as EcosystemId);
}

/**
 * The ecosystem of a patch whose image is looked into.
 * @throws GoldenImagesError where the patch has none that is known here
 */
export function requireEcosystemOfPatch(patch: Pick<PatchItem, 'ecosystem' | 'image' | 'sequence'>): Ecosystem {
  const ecosystem = ecosystemOfPatch(patch);
  if (ecosystem !== undefined) return ecosystem;
  const { image, sequence } = patch;
  throw new GoldenImagesError(
    'proof',
    `the package manager of golden image ${image} is not known, so that patch ${sequence} cannot be proven`,
    {
      hint: 'say its platform (e.g. DEBIAN_12) or ecosystem (e.g. apt) in golden-images.yaml',
    },
  );
}
