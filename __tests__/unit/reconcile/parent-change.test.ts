import { isFreeToBuild, needsNewParent } from '../../../domain/reconcile/parent-change';
import type { HeadItem } from '../../../domain/table/head-item';
import type { PatchItem } from '../../../domain/table/patch-item';
import { digestOf, makePatch, NOW } from '../table/samples';

const after = (hours: number, ms = 0): Date => new Date(NOW.getTime() + hours * 3_600_000 + ms);
const rebuilds = (...ends: readonly Partial<PatchItem>[]): PatchItem[] =>
  ends.map((end, index) => makePatch({ sequence: index + 1, rebuild: true, ...end }));
const held = { state: 'HELD', reason: 'worse' } as const;

describe('a build that no finding asks for', () => {
  it.each<[string, readonly Partial<PatchItem>[], number]>([
    ['failed', [{ state: 'FAILED', reason: 'builder' }], 24],
    ['was held', [held], 24],
    ['was held again', [held, held], 48],
    ['was held for another reason', [held, { state: 'HELD', reason: 'contract-broken' }], 24],
    ['was held again and again', [held, held, held, held, held], 168],
    ['was never scanned', [1, 2, 3].map(() => ({ state: 'HELD', reason: 'not-scanned' }) as const), 24],
  ])('that %s is asked for again after its time', (_how, ends, hours) => {
    expect(isFreeToBuild(undefined, rebuilds(...ends), after(hours, -1))).toBe(false);
    expect(isFreeToBuild(undefined, rebuilds(...ends), after(hours))).toBe(true);
  });

  it('that a person has started over is asked for at once', () => {
    const again = rebuilds(held, { state: 'SUPERSEDED', reason: 'retry' });
    expect(isFreeToBuild(undefined, again, NOW)).toBe(true);
    // What gave way to something else was no word of a person.
    expect(isFreeToBuild(undefined, rebuilds({ state: 'SUPERSEDED', reason: 'newer' }), NOW)).toBe(false);
  });
});

describe('a changed parent', () => {
  const head = {
    state: 'IDLE',
    promoted: { digest: digestOf('1'), reference: 'r', patch: 1, since: NOW.toISOString(), descendsFrom: [] },
  } as unknown as HeadItem;
  const parent = { digest: digestOf('2'), since: after(-1).toISOString() };
  const begun = (patch: Partial<PatchItem>): PatchItem[] => [
    makePatch({ sequence: 2, times: { BUILDING: NOW.toISOString() }, ...patch }),
  ];

  it('whose rebuild was held is built again when it is time', () => {
    const patches = begun({ ...held, rebuild: true });
    expect(needsNewParent(head, patches, parent, after(24, -1))).toBe(false);
    expect(needsNewParent(head, patches, parent, after(24))).toBe(true);
  });

  it.each<Partial<PatchItem>>([{ state: 'PROMOTED' }, { state: 'ROLLED_BACK', rebuild: true }, held])(
    'that went into %j needs no build of its own',
    (patch) => {
      expect(needsNewParent(head, begun(patch), parent, after(1000))).toBe(false);
    },
  );
});
