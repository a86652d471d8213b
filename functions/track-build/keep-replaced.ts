import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageRegistry } from '../../domain/ports';
import type { HeadItem, PromotedDigest } from '../../domain/table/head-item';
import { releaseReference } from './release-tag';
import { digestReference } from './tag-of';

/**
 * The image that the first promotion takes the floating tag from: the one that the tag is on, whatever findings have told of.
 * To be asked before the floating tag moves, after the candidate has its release's tag, and noted with the move: afterwards
 * nobody can tell.
 * @param candidate digest that is promoted
 * @returns what a rollback goes back to, under the release's tag that {@link keepReplaced} gives it: by the day of its push
 *   where that is known, else by today; undefined where the tag is on nothing else, or it is not the first promotion
 */
export async function findReplaced(
  registry: ImageRegistry,
  image: GoldenImage,
  { promoted, adopted }: Pick<HeadItem, 'promoted' | 'adopted'>,
  { candidate, now }: { readonly candidate: string; readonly now: Date },
): Promise<PromotedDigest | undefined> {
  if (promoted !== undefined) return undefined;
  const digest = (await registry.describe(registry.referenceOf(image, image.floatingTag), image.architecture))?.digest;
  if (digest === undefined || digest === candidate) return undefined;
  const pushedAt = adopted?.digest === digest ? adopted.pushedAt : undefined;
  const since = pushedAt ?? now.toISOString();
  return { digest, reference: await releaseReference(registry, image, digest, since), since, descendsFrom: [] };
}

/**
 * Gives that image its release's tag, so that a rollback finds it: with the floating tag gone it may have none left, and the
 * repository's lifecycle rules let nothing stay that is no release. To be called before the floating tag moves; may be
 * repeated, also after it. One that somebody has deleted meanwhile is not there to be kept.
 */
export async function keepReplaced(
  registry: ImageRegistry,
  image: GoldenImage,
  { digest, reference }: Pick<PromotedDigest, 'digest' | 'reference'>,
): Promise<void> {
  const floating = registry.referenceOf(image, image.floatingTag);
  const isAt = async (place: string): Promise<boolean> =>
    (await registry.describe(place, image.architecture))?.digest === digest;
  if (await isAt(reference)) return;
  // By the tag where it is there still: an engine's store may know an image by no digest.
  for (const source of [floating, digestReference(floating, digest)])
    if (await isAt(source)) {
      await registry.tag(source, reference);
      return;
    }
}
