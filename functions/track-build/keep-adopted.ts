import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageRegistry } from '../../domain/ports';
import type { HeadItem, PromotedDigest } from '../../domain/table/head-item';
import { releaseReference } from './release-tag';
import { digestReference } from './tag-of';

/**
 * Gives the image that the first promotion takes the place of a release's tag, by the day of its push, so that a rollback
 * finds it: with the floating tag gone it may have none left, and the repository's lifecycle rules let nothing stay that is
 * no release. To be called before the floating tag moves; may be repeated.
 * @param candidate digest that is promoted
 * @returns what a rollback goes back to; undefined where the floating tag was on nothing that is known, or that is not in
 *   the registry any more
 */
export async function keepAdopted(
  registry: ImageRegistry,
  image: GoldenImage,
  { promoted, adopted }: Pick<HeadItem, 'promoted' | 'adopted'>,
  candidate: string,
): Promise<PromotedDigest | undefined> {
  if (promoted !== undefined || adopted?.floating !== true || adopted.pushedAt === undefined) return undefined;
  const { digest, pushedAt } = adopted;
  if (digest === candidate) return undefined;
  const byDigest = digestReference(registry.referenceOf(image, image.floatingTag), digest);
  if ((await registry.describe(byDigest, image.architecture))?.digest !== digest) return undefined;
  const reference = await releaseReference(registry, image, digest, pushedAt);
  await registry.tag(byDigest, reference);
  return { digest, reference, since: pushedAt, descendsFrom: [] };
}
