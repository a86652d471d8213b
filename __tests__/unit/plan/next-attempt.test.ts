import { nextAttempt } from '../../../domain/plan/next-attempt';
import type { PatchState } from '../../../domain/table/patch-item';
import { LIVE_PATCH_STATES, PATCH_STATES } from '../../../domain/table/patch-item';
import { makePatch } from '../table/samples';

const PLAN = 'a'.repeat(64);
const failed = (sequence: number, attempt: number, reason = 'script') =>
  makePatch({ sequence, attempt, state: 'FAILED', reason });

describe('whether a plan is tried (again)', () => {
  it('a plan that was never tried has its first attempt, whatever other plans did', () => {
    expect(nextAttempt(PLAN, [], 3)).toMatchObject({ number: 1 });
    expect(
      nextAttempt(PLAN, [makePatch({ planHash: 'c'.repeat(64), state: 'BUILDING', attempt: 7 })], 3),
    ).toMatchObject({ number: 1 });
  });

  it.each(PATCH_STATES.filter((state) => LIVE_PATCH_STATES.has(state)))(
    'a patch of the plan that is %s is live: nothing to do',
    (state: PatchState) => {
      expect(nextAttempt(PLAN, [makePatch({ state })], 3)).toBe('same-plan');
    },
  );

  it.each<PatchState>(['PROMOTED', 'SUPERSEDED', 'REJECTED', 'EXPIRED', 'ROLLED_BACK'])(
    'after one that is %s the next attempt is the second',
    (state) => {
      expect(nextAttempt(PLAN, [makePatch({ state })], 3)).toMatchObject({ number: 2 });
    },
  );

  it('is exhausted after as many failed scripts as the policy allows', () => {
    expect(nextAttempt(PLAN, [failed(1, 1), failed(2, 2)], 3)).toMatchObject({ number: 3 });
    expect(nextAttempt(PLAN, [failed(3, 3), failed(1, 1), failed(2, 2)], 3)).toBe('attempts-exhausted');
    expect(nextAttempt(PLAN, [failed(1, 1)], 1)).toBe('attempts-exhausted');
  });

  it('a build that never ran the script is no attempt, but its number is used up: a retry is a new script', () => {
    expect(
      nextAttempt(PLAN, [failed(1, 1, 'builder'), failed(2, 2, 'builder'), failed(3, 3, 'builder')], 3),
    ).toMatchObject({ number: 4 });
  });

  it('the newest patch decides whether the plan is held, in any order', () => {
    const held = makePatch({ sequence: 2, attempt: 2, state: 'HELD', reason: 'worse' });
    expect(nextAttempt(PLAN, [failed(1, 1), held], 3)).toBe('held');
    expect(nextAttempt(PLAN, [held, failed(1, 1)], 3)).toBe('held');
    expect(nextAttempt(PLAN, [held, failed(3, 3)], 3)).toMatchObject({ number: 4 });
  });
});
