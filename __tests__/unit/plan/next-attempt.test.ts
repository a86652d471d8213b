import { nextAttempt } from '../../../domain/plan/next-attempt';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { LIVE_PATCH_STATES, PATCH_STATES } from '../../../domain/table/patch-item';
import { makePatch, NOW } from '../table/samples';

const PLAN = 'a'.repeat(64);
/** The next attempt a moment after the sample's patches entered their states. */
const attemptAt = (planHash: string, patches: readonly PatchItem[], maximumAttempts: number, now = NOW) =>
  nextAttempt(planHash, patches, { maximumAttempts, retryResidualAfterHours: 24 }, now);
const failed = (sequence: number, attempt: number, reason = 'script') =>
  makePatch({ sequence, attempt, state: 'FAILED', reason });

describe('whether a plan is tried (again)', () => {
  it('a plan that was never tried has its first attempt, whatever other plans did', () => {
    expect(attemptAt(PLAN, [], 3)).toMatchObject({ number: 1 });
    expect(attemptAt(PLAN, [makePatch({ planHash: 'c'.repeat(64), state: 'BUILDING', attempt: 7 })], 3)).toMatchObject({
      number: 1,
    });
  });

  it.each(PATCH_STATES.filter((state) => LIVE_PATCH_STATES.has(state)))(
    'a patch of the plan that is %s is live: nothing to do',
    (state: PatchState) => {
      expect(attemptAt(PLAN, [makePatch({ state })], 3)).toBe('same-plan');
    },
  );

  it.each<PatchState>(['PROMOTED', 'SUPERSEDED', 'EXPIRED'])(
    'after one that is %s the next attempt is the second',
    (state) => {
      expect(attemptAt(PLAN, [makePatch({ state })], 3)).toMatchObject({ number: 2 });
    },
  );

  it.each<[PatchState, string]>([
    ['REJECTED', 'rejected'],
    ['ROLLED_BACK', 'rolled-back'],
  ])('a plan that a person has %s is not tried again, until that word no longer counts', (state, why) => {
    const first = makePatch({ state });
    expect(attemptAt(PLAN, [first], 3)).toBe(why);
    expect(attemptAt('c'.repeat(64), [first], 3)).toMatchObject({ number: 1 });
    expect(attemptAt(PLAN, [first, makePatch({ sequence: 2, attempt: 2, state: 'SUPERSEDED' })], 3)).toMatchObject({
      number: 3,
    });
  });

  it('is exhausted after as many failed scripts as the policy allows', () => {
    expect(attemptAt(PLAN, [failed(1, 1), failed(2, 2)], 3)).toMatchObject({ number: 3 });
    expect(attemptAt(PLAN, [failed(3, 3), failed(1, 1), failed(2, 2)], 3)).toBe('attempts-exhausted');
    expect(attemptAt(PLAN, [failed(1, 1)], 1)).toBe('attempts-exhausted');
  });

  it('a build that never ran the script is no attempt, but its number is used up: a retry is a new script', () => {
    expect(
      attemptAt(PLAN, [failed(1, 1, 'builder'), failed(2, 2, 'builder'), failed(3, 3, 'builder')], 3),
    ).toMatchObject({ number: 4 });
  });

  it('the newest patch decides whether the plan is held, in any order', () => {
    const held = makePatch({ sequence: 2, attempt: 2, state: 'HELD', reason: 'worse' });
    expect(attemptAt(PLAN, [failed(1, 1), held], 3)).toBe('held');
    expect(attemptAt(PLAN, [held, failed(1, 1)], 3)).toBe('held');
    expect(attemptAt(PLAN, [held, failed(3, 3)], 3)).toMatchObject({ number: 4 });
  });

  it.each(['nothing-improved', 'not-scanned', 'worse', 'contract-broken'])(
    'what is held %s is tried again as long after as residual findings are: it passes by itself',
    (reason) => {
      const held = makePatch({ state: 'HELD', reason });
      expect(attemptAt(PLAN, [held], 3, new Date('2024-06-01T23:59:59.999Z'))).toBe('held');
      expect(attemptAt(PLAN, [held], 3, new Date('2024-06-02T00:00:00.000Z'))).toMatchObject({ number: 2 });
    },
  );

  it.each([
    ['nothing-improved', [24, 48, 96, 168, 168, 168]],
    ['worse', [24, 48, 96, 168, 168, 168]],
    ['contract-broken', [24, 48, 96, 168, 168, 168]],
    ['not-scanned', [24, 24, 24, 24, 24, 24]],
  ])('what is held %s again and again waits for %j hours', (reason, hours) => {
    hours.forEach((wait, index) => {
      const held = Array.from({ length: index + 1 }, (_, at) =>
        makePatch({ sequence: at + 1, attempt: at + 1, state: 'HELD', reason }),
      );
      const after = (ms: number): Date => new Date(NOW.getTime() + wait * 3_600_000 + ms);
      expect(attemptAt(PLAN, held, 3, after(-1))).toBe('held');
      expect(attemptAt(PLAN, held, 3, after(0))).toMatchObject({ number: index + 2 });
    });
  });

  it('anything else in between starts the waits over', () => {
    const held = (sequence: number, reason = 'nothing-improved') =>
      makePatch({ sequence, attempt: sequence, state: 'HELD', reason });
    const promoted = makePatch({ sequence: 3, attempt: 3, state: 'PROMOTED' });
    const nextDay = new Date(NOW.getTime() + 24 * 3_600_000);
    expect(attemptAt(PLAN, [held(1), held(2), promoted, held(4)], 3, nextDay)).toMatchObject({ number: 5 });
    expect(attemptAt(PLAN, [held(1), held(2, 'worse'), held(3)], 3, nextDay)).toMatchObject({ number: 4 });
  });

  it('other commands, whose tries are spent, are tried once more when it is time, by rules', () => {
    const held = (sequence: number, author: PatchItem['author']) =>
      makePatch({
        sequence,
        attempt: sequence,
        state: 'HELD',
        reason: 'worse',
        author,
        extras: { moduleStreams: ['a:1'] },
      });
    const all = [held(1, 'bedrock'), held(2, 'bedrock'), held(3, 'rules')];
    expect(attemptAt(PLAN, all, 3)).toBe('attempts-exhausted');
    expect(attemptAt(PLAN, all, 3, new Date(NOW.getTime() + 96 * 3_600_000))).toMatchObject({
      number: 4,
      isLast: true,
    });
  });
});
