import type { GoldenImage } from '../../domain/config/golden-image';
import { tell } from '../../domain/notice/tell';
import { requestReplan } from '../../domain/table/head-changes';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/**
 * Tells people of a held patch, gives its lease back, and has generate-patch look again: other commands may do without
 * what a model's did beyond the plan, and findings may ask for less by now, which waited for this build. The same plan
 * stays held.
 */
export async function giveBackHeld(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const { table } = ports;
  await tell(ports, {
    kind: 'held',
    ...{ image: image.name, repository: image.repository, patch: patch.sequence, patchId: patch.patchId },
    reason: patch.reason ?? 'unknown',
    detail: patch.detail ?? '',
  });
  await requestReplan(table, image.name, `the candidate of patch ${patch.sequence} was held`);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
  return { did: 'held', patch };
}
