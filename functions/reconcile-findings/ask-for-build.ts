import type { GoldenImage } from '../../domain/config/golden-image';
import { isFreeToBuild, needsNewParent } from '../../domain/reconcile/parent-change';
import type { HeadItem } from '../../domain/table/head-item';
import { currentDigest } from '../../domain/table/head-item';
import { readStand } from './image-facts';
import type { Actions, ReconcilePorts } from './reconcile-ports';
import { watchParent } from './watch-parent';

/** Who asks for the build. */
const BY = 'reconcile-findings';

/**
 * Asks for the builds that no finding asks for: the first one of an empty repository, which is never scanned, again a day
 * after it was held or failed; that of an image whose parent has changed since it was built; and that of one whose promoted image was
 * deleted from the registry.
 * @param floating digest that the floating tag was just seen on: that one is there, and is not asked for again
 */
export async function askForBuild(
  ports: ReconcilePorts,
  image: GoldenImage,
  floating: string | undefined,
): Promise<Actions> {
  const { table, registry, useCases, clock } = ports;
  const { head, patches, memory } = await readStand(table, image);
  const now = clock();
  if (currentDigest(head) === undefined) {
    if (!isFreeToBuild(head, patches, now)) return {};
    if (await isInUse(registry, image, head)) return {};
    const { did } = await useCases.rebuildImage(image, { why: 'the repository is empty', by: BY, unattended: true });
    return { 'first-build': did === 'nothing' ? 0 : 1 };
  }
  const promoted = head?.promoted?.digest;
  if (promoted !== undefined && promoted !== floating && isFreeToBuild(head, patches, now)) {
    const isGone = (await registry.unusable(image, promoted)) === 'image-not-found';
    const why = `the promoted image ${promoted} is not in the registry any more`;
    if (isGone) {
      const { did } = await useCases.rebuildImage(image, { why, by: BY, unattended: true });
      return { 'promoted-gone': did === 'nothing' ? 0 : 1 };
    }
  }
  const parent = await watchParent(ports, image, memory);
  if (parent === undefined || !needsNewParent(head, patches, parent, now)) return {};
  const why = `the parent is ${parent.digest} now`;
  const { did } = await useCases.rebuildImage(image, { why, by: BY, unattended: true });
  return { 'parent-changed': did === 'nothing' ? 0 : 1 };
}

/**
 * True where the repository of an image that nothing is known of has one that people may use. What was built here and is not
 * promoted is none, and of a build that failed after its push nobody has noted the digest: as with what is adopted, only the
 * floating tag counts once a lease was taken.
 */
async function isInUse(
  registry: ReconcilePorts['registry'],
  image: GoldenImage,
  head: HeadItem | undefined,
): Promise<boolean> {
  if (head === undefined || head.sequence === 0) return await registry.hasImages(image);
  const at = await registry.floatingDigest(image);
  return at !== undefined && head.built?.includes(at) !== true;
}
