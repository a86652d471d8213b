import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable, ImageBuilder } from '../../domain/ports';
import { readHead } from '../../domain/table/head-changes';
import { patchKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';

/**
 * Begins a build again that an earlier run had begun and did not live to end. The builder knows nothing of such a build:
 * to follow it would end the patch as failed and cost an attempt, and the run would end elsewhere than an undisturbed one.
 * @returns the build's id; undefined where no build was cut off
 */
export async function resumeBuild(
  { table, builder }: { readonly table: FindingTable; readonly builder: ImageBuilder },
  image: GoldenImage,
): Promise<string | undefined> {
  const lease = (await readHead(table, image.name))?.lease;
  const patch = lease === undefined ? undefined : await table.get(patchKey(image.name, lease.patch));
  if (patch === undefined || !isPatchItem(patch) || patch.state !== 'BUILDING') return undefined;
  if (patch.buildId === undefined || (await builder.get(patch.buildId)) !== undefined) return undefined;
  return await builder.start({ image, patchId: patch.patchId, scriptUri: patch.scriptUri });
}
