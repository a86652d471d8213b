import { failingSince, isFailedBuild, isRefused, refusedInARow } from '../../../domain/plan/failed-builds';
import type { PatchItem } from '../../../domain/table/patch-item';
import { makePatch } from '../table/samples';

/** Patches from sequence 1 on, one a day: what each came to. */
function patches(
  ...ends: readonly ('refused' | 'builder' | 'script' | 'promoted' | 'superseded' | 'building')[]
): PatchItem[] {
  const built = { buildId: 'build' };
  const facts = {
    refused: { state: 'FAILED', reason: 'builder' },
    builder: { state: 'FAILED', reason: 'builder', ...built },
    script: { state: 'FAILED', reason: 'script', ...built },
    promoted: { state: 'PROMOTED', ...built },
    building: { state: 'BUILDING', ...built },
    superseded: { state: 'SUPERSEDED', reason: 'retry' },
  } as const;
  return ends.map((end, index) =>
    makePatch({ sequence: index + 1, stateSince: `2024-06-0${index + 1}T00:00:00.000Z`, ...facts[end] }),
  );
}

describe('a build', () => {
  it.each([
    ['refused', true, false],
    ['builder', false, true],
    ['script', false, true],
    ['promoted', false, false],
    ['building', false, false],
  ] as const)('that came to "%s" was refused: %s, has failed: %s', (end, refused, failed) => {
    const [patch] = patches(end);
    expect([isRefused(patch!), isFailedBuild(patch!)]).toEqual([refused, failed]);
  });

  it('that found nothing to improve has not failed', () => {
    expect(isFailedBuild(makePatch({ state: 'FAILED', reason: 'nothing-improved', buildId: 'build' }))).toBe(false);
  });
});

describe('failures in a row', () => {
  it('began with the first of them; refused starts between are none', () => {
    const all = patches('script', 'promoted', 'builder', 'refused', 'script', 'builder');
    expect([failingSince(all, 3), failingSince([...all].reverse(), 1)]).toEqual([
      '2024-06-03T00:00:00.000Z',
      '2024-06-06T00:00:00.000Z',
    ]);
    expect(failingSince(all, 5)).toBeUndefined();
  });
});

describe('refusals in a row', () => {
  it.each([
    ['none', [], []],
    ['all', ['refused', 'refused'], [1, 2]],
    ['those since the latest build that began', ['refused', 'promoted', 'refused', 'refused'], [3, 4]],
    ['none where it began', ['refused', 'refused', 'building'], []],
    ['none where the builder failed after it began', ['refused', 'refused', 'builder'], []],
    ['not those that a person took out of the count', ['superseded', 'superseded', 'refused'], [3]],
  ] as const)('are %s', (_which, ends, expected) => {
    expect(refusedInARow(patches(...ends).reverse()).map(({ sequence }) => sequence)).toEqual(expected);
  });
});
