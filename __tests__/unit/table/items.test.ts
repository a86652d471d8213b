import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { ConditionFailedError } from '../../../domain/errors';
import type { ChangeRecord, FindingTable } from '../../../domain/ports';
import { markResidual } from '../../../domain/table/mark-residual';
import { movePatch } from '../../../domain/table/move-patch';
import { isFindingItem } from '../../../domain/table/finding-item';
import type { FindingItem } from '../../../domain/table/finding-item';
import { judgeFinding, sameVerdict } from '../../../domain/table/finding-state';
import { imageOf, wakesGeneratePatch, wakesSignalRebuild } from '../../../domain/table/stream-filters';
import type { TableItem } from '../../../domain/table/items';
import { isReplanItem } from '../../../domain/table/replan-item';
import { updateItem } from '../../../domain/table/update-item';
import { digestOf, makeImage, makeItem, makeObservation, makePatch, makeTarget, NOW } from './samples';

describe('updating an item', () => {
  const key = { pk: 'IMAGE#debian-12', sk: 'FINDING#CVE-2024-0001#OS#glibc' };
  const bump = (known: FindingItem | undefined): FindingItem =>
    makeItem({ reason: `${known?.reason ?? ''}x` as 'held' });

  /** A table in which somebody else is quicker the first `times` times. */
  function contended(times: number): { table: FindingTable; puts: () => number } {
    const inner = new MemoryFindingTable();
    let puts = 0;
    const table: FindingTable = {
      get: async (where) => await inner.get(where),
      delete: async (where, expected) => {
        await inner.delete(where, expected);
      },
      query: async (pk, prefix) => await inner.query(pk, prefix),
      put: async (item, expected) => {
        if (puts++ < times) await inner.put({ ...item, version: expected + 1 }, expected);
        await inner.put(item, expected);
      },
    };
    return { table, puts: () => puts };
  }

  it('creates at version 1, counts up, and tells what it wrote', async () => {
    const table = new MemoryFindingTable();
    expect(await updateItem<FindingItem>(table, key, isFindingItem, bump)).toMatchObject({
      written: true,
      item: { version: 1, reason: 'x' },
    });
    expect(await updateItem<FindingItem>(table, key, isFindingItem, bump)).toMatchObject({
      written: true,
      item: { version: 2, reason: 'xx' },
    });
  });

  it('writes nothing where the fold says so', async () => {
    const table = new MemoryFindingTable();
    expect(await updateItem<FindingItem>(table, key, isFindingItem, () => undefined)).toEqual({
      item: undefined,
      written: false,
    });
    expect(table.changes()).toEqual([]);
  });

  it('reads and folds again after another writer, so that no write is lost', async () => {
    const { table, puts } = contended(3);
    const { item } = await updateItem<FindingItem>(table, key, isFindingItem, bump);
    expect([item?.reason, item?.version, puts()]).toEqual(['xxxx', 4, 4]);
  });

  it('gives up after ten tries', async () => {
    const { table, puts } = contended(Number.POSITIVE_INFINITY);
    await expect(updateItem<FindingItem>(table, key, isFindingItem, bump)).rejects.toThrow(ConditionFailedError);
    expect(puts()).toBe(10);
  });

  it('does not try again what is wrong in itself', async () => {
    const { table, puts } = contended(0);
    await expect(
      updateItem<FindingItem>(table, key, isFindingItem, () => makeItem({ reason: Number.NaN as never })),
    ).rejects.toThrow('NaN');
    expect(puts()).toBe(1);
  });

  it('an item of another type under the key is not folded, but replaced on its version', async () => {
    const table = new MemoryFindingTable();
    await table.put({ ...key, version: 1, type: 'OTHER' }, 0);
    const { item } = await updateItem<FindingItem>(table, key, isFindingItem, bump);
    expect([item?.version, item?.reason]).toEqual([2, 'x']);
  });
});

describe('moving a patch', () => {
  it('changes state, time and what comes with it, from the states named only', async () => {
    const table = new MemoryFindingTable();
    const patch = makePatch();
    await table.put(patch, 0);
    const at = new Date('2024-06-02T00:00:00.000Z');
    expect(await movePatch(table, patch, ['BUILDING'], at, { state: 'FAILED' })).toBeUndefined();
    expect(await movePatch(table, makePatch({ sequence: 2 }), ['READY'], at, { state: 'FAILED' })).toBeUndefined();
    expect(await movePatch(table, patch, ['READY'], at, { state: 'HELD', reason: 'worse' })).toEqual({
      ...patch,
      version: 2,
      state: 'HELD',
      reason: 'worse',
      stateSince: at.toISOString(),
      times: { READY: patch.stateSince, HELD: at.toISOString() },
    });
  });
});

describe('marking residual', () => {
  it('is for the open findings of the targets, under either name', async () => {
    const table = new MemoryFindingTable();
    const kernel = makeItem({ sk: 'FINDING#k', package: 'linux' });
    const other = makeItem({ sk: 'FINDING#o', package: 'zlib' });
    const parked = makeItem({ sk: 'FINDING#p', state: 'PARKED', reason: 'no-fix' });
    const all = [makeItem(), kernel, other, parked];
    for (const item of all) await table.put(item, 0);
    const targets = [makeTarget(), makeTarget({ package: 'linux-libc-dev', reportedAs: 'linux' })];
    await markResidual(table, all, { targets }, 'attempts-exhausted', NOW);
    const states = (await table.query('IMAGE#debian-12'))
      .filter(isFindingItem)
      .map((item) => [item.package, item.state, item.reason, item.residualSince]);
    expect(states).toEqual([
      ['glibc', 'RESIDUAL', 'attempts-exhausted', NOW.toISOString()],
      ['linux', 'RESIDUAL', 'attempts-exhausted', NOW.toISOString()],
      ['zlib', 'OPEN', undefined, undefined],
      ['glibc', 'PARKED', 'no-fix', undefined],
    ]);
  });
});

describe('the state of a finding', () => {
  const current = digestOf('a');
  const context = { image: makeImage(), exceptions: [], current, now: NOW };
  const hour = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);
  const residual = makeItem({ state: 'RESIDUAL', reason: 'held', residualSince: NOW.toISOString() });
  const about = { judgedOn: current, semanticHash: makeObservation().semanticHash };

  it('is judged on the current digest; elsewhere it is stale', () => {
    expect(judgeFinding(makeItem(), makeItem(), undefined, context)).toEqual({ ...about, state: 'OPEN' });
    expect(judgeFinding(makeItem(), makeItem(), undefined, { ...context, current: digestOf('b') })).toEqual({
      judgedOn: digestOf('b'),
      semanticHash: '',
      state: 'PARKED',
      reason: 'stale-digest',
    });
    expect(judgeFinding(makeItem(), makeItem(), undefined, { ...context, current: undefined })).toEqual({
      semanticHash: '',
      state: 'PARKED',
      reason: 'stale-digest',
    });
  });

  it('is CLOSED on the word of the scanner and FIXED only on proof', () => {
    const closed = makeObservation({ status: 'CLOSED' });
    const item = (observation: typeof closed) => makeItem({ observations: { [current]: observation } });
    expect(judgeFinding(makeItem(), item(closed), undefined, context).state).toBe('CLOSED');
    expect(judgeFinding(makeItem(), item({ ...closed, proof: 'package-database' }), undefined, context).state).toBe(
      'FIXED',
    );
    expect(
      judgeFinding(makeItem(), item({ ...makeObservation(), proof: 'package-database' }), undefined, context).state,
    ).toBe('OPEN');
  });

  it('stays RESIDUAL, with reason and date, until it is time to try again', () => {
    const stays = { ...about, state: 'RESIDUAL', reason: 'held', residualSince: NOW.toISOString() };
    expect(judgeFinding(residual, residual, residual, { ...context, now: hour(23.9) })).toEqual(stays);
    expect(judgeFinding(residual, residual, residual, { ...context, now: hour(24) })).toEqual({
      ...about,
      state: 'OPEN',
    });
    expect(
      judgeFinding(residual, residual, residual, { ...context, image: makeImage({}, { retryResidualAfterHours: 0 }) })
        .state,
    ).toBe('OPEN');
  });

  it('is OPEN again once the facts of a RESIDUAL one change, and PARKED once the policy says so', () => {
    const changed = makeItem({ observations: { [current]: makeObservation({ floor: '2.36-9+deb12u9' }) } });
    expect(judgeFinding(residual, changed, residual, context).state).toBe('OPEN');
    const policy = makeImage({}, { minimumSeverity: 'CRITICAL' });
    expect(judgeFinding(residual, residual, residual, { ...context, image: policy })).toEqual({
      ...about,
      state: 'PARKED',
      reason: 'below-threshold',
    });
  });

  it('two verdicts are the same only in all their parts', () => {
    expect(sameVerdict(residual, { ...residual })).toBe(true);
    for (const other of [
      { state: 'OPEN' },
      { reason: 'conflict' },
      { judgedOn: 'x' },
      { semanticHash: 'x' },
      { residualSince: 'x' },
    ] as const)
      expect(sameVerdict(residual, { ...residual, ...other })).toBe(false);
  });
});

describe('filters of the stream', () => {
  const record = (newImage?: TableItem, oldImage?: TableItem): ChangeRecord => ({
    sequence: '1',
    event: 'MODIFY',
    key: { pk: 'p', sk: 's' },
    ...(newImage && { newImage }),
    ...(oldImage && { oldImage }),
  });
  const replan = (state: string): TableItem => ({
    pk: 'p',
    sk: 'REPLAN',
    version: 1,
    type: 'REPLAN',
    state,
    image: 'a',
  });
  const head = (state: string): TableItem => ({ pk: 'p', sk: 'HEAD', version: 1, type: 'HEAD', state, image: 'a' });

  it.each([
    ['a finding that is OPEN', record(makeItem()), true],
    ['a finding that became OPEN', record(makeItem(), makeItem({ state: 'PARKED' })), true],
    ['an OPEN finding whose facts changed', record(makeItem(), makeItem({ semanticHash: 'x' })), true],
    ['an OPEN finding that was only seen again', record(makeItem({ version: 2 }), makeItem()), false],
    ['a finding that is PARKED', record(makeItem({ state: 'PARKED' })), false],
    ['a finding that was OPEN and is PARKED', record(makeItem({ state: 'PARKED' }), makeItem()), true],
    ['a finding that was OPEN and is FIXED', record(makeItem({ state: 'FIXED' }), makeItem()), true],
    ['an OPEN finding that is gone', record(undefined, makeItem()), true],
    ['a PARKED finding that is CLOSED', record(makeItem({ state: 'CLOSED' }), makeItem({ state: 'PARKED' })), false],
    ['a PARKED finding that is gone', record(undefined, makeItem({ state: 'PARKED' })), false],
    ['a REPLAN that is requested', record(replan('REQUESTED')), true],
    ['a REPLAN that is done', record(replan('DONE')), false],
    ['a HEAD', record(head('IDLE')), false],
    ['a patch', record(makePatch()), false],
  ])('generate-patch and %s', (_what, change, wakes) => {
    expect(wakesGeneratePatch(change)).toBe(wakes);
  });

  it.each([
    ['a patch that is READY', record(makePatch()), true],
    ['a patch that is SIGNALED', record(makePatch({ state: 'SIGNALED' })), false],
    ['a HEAD that is IDLE', record(head('IDLE')), true],
    ['a HEAD that is BUSY', record(head('BUSY')), false],
    ['a finding', record(makeItem()), false],
    ['an item that is gone', record(undefined, makePatch()), false],
  ])('signal-rebuild and %s', (_what, change, wakes) => {
    expect(wakesSignalRebuild(change)).toBe(wakes);
  });

  it('know the image of a record, also of one that is gone', () => {
    expect(imageOf(record(makePatch()))).toBe('debian-12');
    expect(imageOf(record(undefined, makePatch()))).toBe('debian-12');
    expect(imageOf(record({ pk: 'p', sk: 's', version: 1 }))).toBeUndefined();
    expect(isReplanItem(replan('DONE'))).toBe(true);
  });
});
