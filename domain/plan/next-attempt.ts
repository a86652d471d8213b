import type { PatchItem } from '../table/patch-item';
import { LIVE_PATCH_STATES } from '../table/patch-item';

/**
 * Decides whether a plan is to be tried (again).
 * @param patches the image's patches, any order
 * @returns the attempt's number, or why there is none: a live patch has the same plan, its candidate was held, or it
 *   has failed often enough. Builds that never got to run the script do not count as attempts.
 */
export function nextAttempt(
  planHash: string,
  patches: readonly PatchItem[],
  maximumAttempts: number,
): number | 'same-plan' | 'held' | 'attempts-exhausted' {
  const same = patches.filter((patch) => patch.planHash === planHash);
  if (same.some((patch) => LIVE_PATCH_STATES.has(patch.state))) return 'same-plan';
  const latest = same.reduce<PatchItem | undefined>(
    (newest, patch) => (newest === undefined || patch.sequence > newest.sequence ? patch : newest),
    undefined,
  );
  if (latest?.state === 'HELD') return 'held';
  const failed = same.filter((patch) => patch.state === 'FAILED' && patch.reason === 'script').length;
  if (failed >= maximumAttempts) return 'attempts-exhausted';
  return Math.max(0, ...same.map((patch) => patch.attempt)) + 1;
}
