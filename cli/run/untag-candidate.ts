import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable, ImageRegistry } from '../../domain/ports';
import { readHead } from '../../domain/table/head-changes';
import { patchKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';

/**
 * Takes the tag of a promoted candidate away, where the run that promoted it did not live to do so: it is the last step
 * of a promotion, after the lease was given back, so nothing else would come back to it.
 */
export async function untagCandidate(
  { table, registry }: { readonly table: FindingTable; readonly registry: Pick<ImageRegistry, 'describe' | 'untag'> },
  image: GoldenImage,
): Promise<void> {
  const head = await readHead(table, image.name);
  if (head?.lease !== undefined || head?.promoted?.patch === undefined) return;
  const patch = await table.get(patchKey(image.name, head.promoted.patch));
  if (patch === undefined || !isPatchItem(patch) || patch.state !== 'PROMOTED' || patch.candidate === undefined) return;
  // Only a second tag is taken away: without the promoted one, an engine might delete the image with it.
  const promoted = await registry.describe(head.promoted.reference);
  if (promoted?.digest === head.promoted.digest) await registry.untag(patch.candidate.reference);
}
