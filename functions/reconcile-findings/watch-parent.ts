import type { GoldenImage } from '../../domain/config/golden-image';
import { seeParent } from '../../domain/reconcile/parent-change';
import type { ParentUnknown } from '../../domain/reconcile/parent-digest';
import type { ReconcileItem, SeenParent } from '../../domain/table/reconcile-item';
import { remember } from './image-facts';
import type { ReconcilePorts } from './reconcile-ports';

/**
 * Looks at the digest of an image's parent, and remembers what was seen, or that it was not.
 * @returns the parent as it is remembered now; undefined where its digest is not known this time: then nothing can be said of it
 */
export async function watchParent(
  ports: ReconcilePorts,
  image: GoldenImage,
  memory: ReconcileItem | undefined,
): Promise<SeenParent | undefined> {
  const seen = await ports.registry.parentDigest(image, memory?.parent);
  if ('trouble' in seen) {
    await noteUnknown(ports, image, memory, seen);
    return undefined;
  }
  const parent = seeParent(memory?.parent, seen, ports.clock());
  if (parent !== memory?.parent || memory.unwatched !== undefined)
    await remember(ports.table, image, { parent, unwatched: undefined });
  return parent;
}

/** Tells of it every time, and remembers it once: doctor tells people who read no log. */
async function noteUnknown(
  { table, clock, logger, metrics }: ReconcilePorts,
  image: GoldenImage,
  memory: ReconcileItem | undefined,
  { trouble, detail }: ParentUnknown,
): Promise<void> {
  const reference = image.parent ?? '';
  logger.info('the digest of the parent is not known this time', {
    ...{ image: image.name, parent: reference, trouble, why: detail },
  });
  metrics?.count('ParentsUnknown', 1, trouble);
  const before = memory?.unwatched?.reference === reference ? memory.unwatched : undefined;
  if (before?.trouble === trouble) return;
  const since = before?.since ?? clock().toISOString();
  await remember(table, image, { unwatched: { reference, trouble, detail, since } });
}
