import type { GoldenImage } from '../../domain/config/golden-image';
import { tell } from '../../domain/notice/tell';
import type { FindingTable } from '../../domain/ports';
import { requestReplan } from '../../domain/table/head-changes';
import { imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/**
 * Tells people of a held patch, gives its lease back, and has generate-patch look again: other commands may do without
 * what a model's did beyond the plan, and findings may ask for less by now, which waited for this build. The same plan
 * stays held for a while, and who was told why is not told the same again.
 */
export async function giveBackHeld(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const { table } = ports;
  if (!(await wasTold(table, patch)))
    await tell(ports, {
      kind: 'held',
      ...{ image: image.name, repository: image.repository, patch: patch.sequence, patchId: patch.patchId },
      reason: patch.reason ?? 'unknown',
      detail: patch.detail ?? '',
      ...(patch.rebuild === true && patch.approval !== undefined && { isByHand: true as const }),
    });
  await requestReplan(table, image.name, `the candidate of patch ${patch.sequence} was held`);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
  return { did: 'held', patch };
}

/** True where the try before of the same was held for the same reason. */
async function wasTold(table: FindingTable, patch: PatchItem): Promise<boolean> {
  const before = (await table.query(imagePartition(patch.image), PATCH_PREFIX))
    .filter(isPatchItem)
    .filter((one) => one.sequence < patch.sequence && isSameTry(one, patch))
    .sort((left, right) => left.sequence - right.sequence)
    .at(-1);
  return before?.state === 'HELD' && before.reason === patch.reason && before.detail === patch.detail;
}

/** Each rebuild has a plan of its own; those that are asked for by the same for the same reason are the same. */
function isSameTry(one: PatchItem, other: PatchItem): boolean {
  if (one.rebuild === true || other.rebuild === true)
    return one.rebuild === other.rebuild && one.authorReason === other.authorReason;
  return one.planHash === other.planHash;
}
