import { currentDigest } from '../table/head-item';
import type { HeadItem } from '../table/head-item';
import type { PatchItem } from '../table/patch-item';

/** A digest of a golden image, by its layers. */
export interface Generation {
  readonly digest: string;
  /** Digests of its layers, first to last. */
  readonly layers: readonly string[];
}

/** An image of the account's registry. */
export interface RegistryImage {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt: string;
  /** Layers of the image; of a list of manifests those of each of its images. */
  readonly layers: readonly (readonly string[])[];
}

/**
 * How a golden digest stands to the one that the floating tag points at: `current` is that one; `older` was before it;
 * `taken-back` was promoted and rolled back; `not-promoted` came after it, and never was the floating tag's.
 */
export type Standing = 'current' | 'older' | 'taken-back' | 'not-promoted';

/** What the standing of a golden digest is told by. */
export interface StandingFacts {
  readonly head: Pick<HeadItem, 'promoted' | 'adopted'>;
  readonly patches: readonly Pick<PatchItem, 'state' | 'candidate'>[];
  /** When digests of the golden image were pushed, as far as its repository has them still; ISO 8601. */
  readonly pushedAt: ReadonlyMap<string, string>;
}

/** An image that is to be built again. */
export interface OutdatedImage extends Omit<RegistryImage, 'layers'> {
  /** Digest of the golden image that it is built on. */
  readonly base: string;
  readonly standing: 'older' | 'taken-back';
}

/** How a digest of a golden image stands to its current one. What is not in its repository any more is older. */
export function standingOf(digest: string, { head, patches, pushedAt }: StandingFacts): Standing {
  const current = currentDigest(head);
  if (digest === current) return 'current';
  if (patches.some(({ state, candidate }) => state === 'ROLLED_BACK' && candidate?.digest === digest))
    return 'taken-back';
  const [own, its] = [pushedAt.get(digest), current === undefined ? undefined : pushedAt.get(current)];
  return own !== undefined && its !== undefined && own > its ? 'not-promoted' : 'older';
}

/**
 * The golden digest that layers are built on: of those whose layers are a prefix of them the longest, as
 * `findBase` does; several that are the same are one, and the current one counts.
 */
export function baseOf(
  layers: readonly string[],
  generations: readonly Generation[],
  current: string | undefined,
): string | undefined {
  const rank = (generation: Generation): number => generation.layers.length * 2 + Number(generation.digest === current);
  return generations
    .filter((one) => one.layers.length > 0 && one.layers.length <= layers.length)
    .filter((one) => one.layers.every((layer, index) => layer === layers[index]))
    .sort((left, right) => rank(right) - rank(left) || (left.digest < right.digest ? -1 : 1))[0]?.digest;
}

/**
 * The images that carry layers of a golden digest that the floating tag has left, sorted by repository, newest first.
 * @param generations every digest of the golden image that is known, the current one included
 */
export function outdatedImages(
  images: readonly RegistryImage[],
  generations: readonly Generation[],
  facts: StandingFacts,
): OutdatedImage[] {
  const current = currentDigest(facts.head);
  return images
    .flatMap(({ layers, ...image }) => {
      const bases = layers.flatMap((one) => baseOf(one, generations, current) ?? []);
      for (const base of bases) {
        const standing = standingOf(base, facts);
        if (standing === 'older' || standing === 'taken-back') return [{ ...image, base, standing }];
      }
      return [];
    })
    .sort((left, right) => {
      if (left.repository !== right.repository) return left.repository < right.repository ? -1 : 1;
      if (left.pushedAt !== right.pushedAt) return left.pushedAt < right.pushedAt ? 1 : -1;
      return left.digest < right.digest ? -1 : 1;
    });
}
