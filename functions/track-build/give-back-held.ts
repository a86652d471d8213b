import type { GoldenImage } from '../../domain/config/golden-image';
import { isAvoidable } from '../../domain/plan/next-attempt';
import { requestReplan } from '../../domain/table/head-changes';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/**
 * Gives the lease of a held patch back. What its script did beside raising targets can be done without: then another
 * attempt is asked for, which is told why this one was held.
 */
export async function giveBackHeld(
  { table }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  if (isAvoidable(patch)) await requestReplan(table, image.name, `the candidate of patch ${patch.sequence} was held`);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
  return { did: 'held', patch };
}
