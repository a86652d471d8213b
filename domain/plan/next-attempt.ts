import type { Policy } from '../policy/policy';
import type { PatchItem } from '../table/patch-item';
import { LIVE_PATCH_STATES } from '../table/patch-item';
import { heldDelayHours } from './held-delay';

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
/** True where it is time to try a plan again whose last patch was held. @param same its patches, oldest first */
function isDueAgain(same: readonly PatchItem[], firstHours: number, now: Date): boolean {
  const latest = same.at(-1);
  if (latest?.state !== 'HELD') return false;
  return now.getTime() - Date.parse(latest.stateSince) >= heldDelayHours(same, firstHours) * HOUR;
}

/**
 * Decides whether a plan is to be tried (again).
 * @param patches the image's patches, any order
 * @param now tells which held patches are worth another try: see {@link heldDelayHours}
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
  const isDue = isDueAgain(same, retryResidualAfterHours, now);
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
