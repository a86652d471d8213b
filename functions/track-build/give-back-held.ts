import type { GoldenImage } from '../../domain/config/golden-image';
import { requestReplan } from '../../domain/table/head-changes';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/**
 * Gives the lease of a held patch back, and has generate-patch look again: other commands may do without what a model's
 * did beyond the plan, and findings may ask for less by now, which waited for this build. The same plan stays held.
 */
export async function giveBackHeld(
  { table }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  await requestReplan(table, image.name, `the candidate of patch ${patch.sequence} was held`);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
  return { did: 'held', patch };
}
