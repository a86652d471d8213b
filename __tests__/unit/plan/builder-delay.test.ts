import fc from 'fast-check';
import { builderDelaySeconds } from '../../../domain/plan/builder-delay';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { PATCH_STATES } from '../../../domain/table/patch-item';

type Ended = Pick<PatchItem, 'sequence' | 'state' | 'reason'>;

/** Patches from sequence 1 on: a state, or what a patch FAILED for. */
const patches = (...ends: readonly (PatchState | 'builder' | 'script')[]): Ended[] =>
  ends.map((end, index) =>
    end === 'builder' || end === 'script'
      ? { sequence: index + 1, state: 'FAILED', reason: end }
      : { sequence: index + 1, state: end },
  );

describe('the time until the builder is asked again', () => {
  it('doubles with every failure in a row, up to a day', () => {
    const delays = Array.from({ length: 8 }, (_, count) =>
      builderDelaySeconds(patches(...Array.from({ length: count }, () => 'builder' as const)), 3600),
    );
    expect(delays.map((seconds) => seconds / 3600)).toEqual([1, 1, 2, 4, 8, 16, 24, 24]);
    expect(builderDelaySeconds(patches(...Array.from({ length: 5000 }, () => 'builder' as const)), 900)).toBe(86_400);
  });

  it.each([
    ['a script that ran and failed', 'script'],
    ['a candidate', 'CANDIDATE'],
    ['a held one', 'HELD'],
    ['a promoted one', 'PROMOTED'],
    ['one that was rolled back', 'ROLLED_BACK'],
  ] as const)('starts anew after %s', (_what, end) => {
    expect(builderDelaySeconds(patches('builder', 'builder', end, 'builder', 'builder'), 900)).toBe(1800);
    expect(builderDelaySeconds(patches('builder', 'builder', end), 900)).toBe(900);
  });

  it.each([
    'OBSERVED',
    'AWAITING_APPROVAL',
    'READY',
    'SIGNALED',
    'BUILDING',
    'REJECTED',
    'EXPIRED',
    'SUPERSEDED',
  ] as const)('passes over a patch that is %s, whose build is none or not over', (state) => {
    expect(builderDelaySeconds(patches('builder', state, 'builder', state), 900)).toBe(1800);
  });

  it('starts anew where a person starts over, which supersedes what has failed', () => {
    expect(builderDelaySeconds(patches('SUPERSEDED', 'SUPERSEDED', 'SUPERSEDED', 'builder'), 3600)).toBe(3600);
  });

  it('does not depend on the order of the patches, and never is longer than a day or shorter than the first', () => {
    const ends = fc.array(fc.constantFrom(...PATCH_STATES, 'builder' as const, 'script' as const), { maxLength: 30 });
    const shuffled = ends.chain((list) => {
      const all = patches(...list);
      return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
    });
    fc.assert(
      fc.property(shuffled, ([inOrder, inAnyOrder]) => {
        const delay = builderDelaySeconds(inOrder, 900);
        expect(builderDelaySeconds(inAnyOrder, 900)).toBe(delay);
        expect(delay).toBeGreaterThanOrEqual(900);
        expect(delay).toBeLessThanOrEqual(86_400);
      }),
    );
  });
});
