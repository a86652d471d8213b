import type { GoldenImage } from '../../domain/config/golden-image';
import type { HeadItem } from '../../domain/table/head-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { openVexJson, openVexOf } from '../../domain/vex/open-vex';
import type { TrackBuildPorts } from './track-build-ports';

/** Who states what the papers say. */
const AUTHOR = 'golden-images';

/**
 * Writes the OpenVEX document of a promoted digest, as `<patchId>.openvex.json` beside its evidence; none where there is
 * nothing to state.
 * @param head with the digest promoted
 */
export async function writeVex(
  { table, scripts, exceptions }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  head: HeadItem,
): Promise<void> {
  const items = await table.query(imagePartition(image.name));
  const document = openVexOf(image, {
    head,
    findings: items.filter(isFindingItem),
    exceptions,
    patches: items.filter(isPatchItem),
    now: new Date(patch.stateSince),
    author: AUTHOR,
  });
  if (document !== undefined)
    await scripts.putAudit(image.name, `${patch.patchId}.openvex.json`, openVexJson(document));
}
