import type { PatchItem } from '../table/patch-item';

/** Most hours between two tries that are held for the same reason again and again. */
const LONGEST_WAIT_HOURS = 7 * 24;

/**
 * Hours until what was held is worth another try: a fix gets into the repositories, a vulnerability that only the candidate
 * has is fixed, a parent gets its configuration back, a scanner catches up. Each time that it ends the same doubles them, so
 * that what never gets better costs a build a week. A scanner's silence is no word on what was built: that is tried again at
 * the same pace.
 * @param tries of the same, oldest first; the last is held
 * @param firstHours after the first of them; at least 1 counts
 */
export function heldDelayHours(tries: readonly PatchItem[], firstHours: number): number {
  const latest = tries.at(-1);
  const hours = Math.max(firstHours, 1);
  if (latest?.reason === 'not-scanned') return hours;
  const other = tries.findLastIndex(({ state, reason }) => state !== 'HELD' || reason !== latest?.reason);
  const times = tries.length - 1 - other;
  return Math.max(hours, Math.min(hours * 2 ** Math.max(times - 1, 0), LONGEST_WAIT_HOURS));
}
