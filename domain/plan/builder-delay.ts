import type { PatchItem, PatchState } from '../table/patch-item';

/** Longest delay, in seconds: a day, so that a deployment that is mended is noticed without anybody's word. */
const LONGEST_SECONDS = 86_400;

/** States of a patch whose build is over, one way or the other. Others say nothing of the builder. */
const BUILT: ReadonlySet<PatchState> = new Set(['CANDIDATE', 'PROMOTED', 'HELD', 'FAILED', 'ROLLED_BACK']);

/**
 * Seconds until another build is worth asking for, where the builder has failed or refused an image's last one: each try is
 * another patch, and maybe another question to a model. They double with every build in a row that never got to run its
 * script (FAILED `builder`), up to a day. A build that did starts the count anew, and so does a person (`retry`).
 * @param patches the image's patches, any order; the one that has just failed among them
 * @param firstSeconds after the first failure
 */
export function builderDelaySeconds(
  patches: readonly Pick<PatchItem, 'sequence' | 'state' | 'reason'>[],
  firstSeconds: number,
): number {
  const built = patches.filter(({ state }) => BUILT.has(state)).sort((left, right) => left.sequence - right.sequence);
  const lastThatRan = built.findLastIndex(({ state, reason }) => state !== 'FAILED' || reason !== 'builder');
  const inARow = built.length - 1 - lastThatRan;
  return Math.min(firstSeconds * 2 ** Math.max(0, inARow - 1), LONGEST_SECONDS);
}
