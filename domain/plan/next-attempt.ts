import type { Policy } from '../policy/policy';
import type { PatchItem } from '../table/patch-item';
import { LIVE_PATCH_STATES } from '../table/patch-item';

/** An attempt at a plan. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** The latest attempt that failed, which this one can learn from. */
  readonly failed?: PatchItem;
  /** True where another failure would be the last one. */
  readonly isLast: boolean;
}

/** Reasons for which a candidate is held that other commands may avoid. */
const AVOIDABLE: ReadonlySet<string | undefined> = new Set(['contract-broken', 'worse']);

/**
 * True where a patch came to nothing for what its script did beside raising its targets: without that, or with other
 * commands, another attempt may do better. A release or a stream that offers no fix looks like no fix at all.
 */
export function isAvoidable({
  state,
  reason,
  author,
  extras,
}: Pick<PatchItem, 'state' | 'reason' | 'author' | 'extras'>): boolean {
  if (state !== 'HELD' && state !== 'FAILED') return false;
  if (reason === 'nothing-improved') return extras?.releasever !== undefined || extras?.moduleStreams !== undefined;
  return state === 'HELD' && AVOIDABLE.has(reason) && (author === 'bedrock' || extras !== undefined);
}

const HOUR = 3_600_000;
/** Most hours between two tries of a plan whose candidates are held for the same reason again and again. */
const LONGEST_WAIT_HOURS = 7 * 24;

/**
 * True where a held patch may do better by now: a fix gets into the repositories, a vulnerability that only the candidate has
 * is fixed, a parent gets its configuration back, a scanner catches up. The first time it is tried again as long after as a
 * residual finding is; each time that it ends the same doubles that, so that what never gets better costs a build a
 * week. A scanner's silence is no word on the plan: that is tried again at the same pace.
 * @param same the patches of the plan, oldest first; the last is held
 */
function isWorthAnotherTry(same: readonly PatchItem[], afterHours: number, now: Date): boolean {
  const latest = same.at(-1);
  if (latest === undefined) return false;
  const other = same.findLastIndex(({ state, reason }) => state !== 'HELD' || reason !== latest.reason);
  const times = latest.reason === 'not-scanned' ? 1 : same.length - 1 - other;
  const hours = Math.max(afterHours, Math.min(afterHours * 2 ** (times - 1), LONGEST_WAIT_HOURS));
  return now.getTime() - Date.parse(latest.stateSince) >= hours * HOUR;
}

/**
 * Decides whether a plan is to be tried (again).
 * @param patches the image's patches, any order
 * @param now tells which held patches are worth another try: see {@link isWorthAnotherTry}
 * @param policy `maximumAttempts`, of which the last is the rules' where a model's have failed; one more where that would leave
 *   them none
 * @returns the attempt, or why there is none: a live patch has the same plan, its candidate was held, a person has rejected
 *   or rolled it back, or it has failed often enough. One whose approval came too late is asked for again. Rebuilds are
 *   none: each has a plan of its own (rebuild-plan.ts). Builds that never got to run the script do not count as attempts.
 */
export function nextAttempt(
  planHash: string,
  patches: readonly PatchItem[],
  { maximumAttempts, retryResidualAfterHours }: Pick<Policy, 'maximumAttempts' | 'retryResidualAfterHours'>,
  now: Date,
): Attempt | 'same-plan' | 'held' | 'rejected' | 'rolled-back' | 'attempts-exhausted' {
  const same = patches
    .filter((patch) => patch.planHash === planHash)
    .sort((left, right) => left.sequence - right.sequence);
  if (same.some((patch) => LIVE_PATCH_STATES.has(patch.state))) return 'same-plan';
  const latest = same.at(-1);
  const isDue = latest?.state === 'HELD' && isWorthAnotherTry(same, retryResidualAfterHours, now);
  if (latest?.state === 'HELD' && !isAvoidable(latest) && !isDue) return 'held';
  if (latest?.state === 'REJECTED') return 'rejected';
  if (latest?.state === 'ROLLED_BACK') return 'rolled-back';
  const failed = same.filter((patch) => (patch.state === 'FAILED' && patch.reason === 'script') || isAvoidable(patch));
  const lesson = failed.at(-1);
  const rulesHadATurn = failed.length === 0 || failed.some((patch) => patch.author === 'rules');
  if (!isDue && failed.length >= maximumAttempts && rulesHadATurn) return 'attempts-exhausted';
  return {
    number: Math.max(0, ...same.map((patch) => patch.attempt)) + 1,
    ...(lesson !== undefined && { failed: lesson }),
    isLast: failed.length >= maximumAttempts - 1,
  };
}
