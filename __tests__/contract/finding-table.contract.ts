import { BadInputError, ConditionFailedError } from '../../domain/errors';
import type { ChangeRecord, FindingTable } from '../../domain/ports';
import type { TableItem } from '../../domain/table/items';

/** One store of an implementation, empty at first. */
export interface FindingTableHarness {
  /** A handle on the store; each call gives another one where the implementation can have several. */
  open(): Promise<FindingTable>;
  /** All change records of the store so far, oldest first. */
  changes(): Promise<ChangeRecord[]>;
  /** Gives every handle back and lets `open` find the same store again; left out where the store lives in memory. */
  reopen?(): Promise<void>;
  /** Bytes of the largest item, as JSON, that an emulator takes, where that is less than DynamoDB does. */
  readonly emulatorLimit?: number;
  /** Ends the store. */
  dispose(): Promise<void>;
}

const pk = 'IMAGE#debian-12';
const item = (sk: string, version = 1, more: Record<string, unknown> = {}): TableItem => ({ pk, sk, version, ...more });
/** An item whose JSON has exactly this many bytes. */
const sized = (bytes: number): TableItem => {
  const empty = Buffer.byteLength(JSON.stringify(item('BIG', 1, { text: '' })));
  return item('BIG', 1, { text: 'x'.repeat(bytes - empty) });
};

/** Registers the tests that every {@link FindingTable} must pass. */
export function describeFindingTable(name: string, makeHarness: () => Promise<FindingTableHarness>): void {
  describe(`FindingTable: ${name}`, () => {
    let harness: FindingTableHarness;
    let table: FindingTable;
    beforeEach(async () => {
      harness = await makeHarness();
      table = await harness.open();
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test('gives back what was put, and undefined for what was not', async () => {
      const facts = { list: [1, 'two', null, [], {}], map: { deep: { er: true } }, n: -1.5e-7, text: '', none: null };
      await table.put(item('HEAD', 1, facts), 0);
      expect(await table.get({ pk, sk: 'HEAD' })).toStrictEqual({ pk, sk: 'HEAD', version: 1, ...facts });
      expect(await table.get({ pk, sk: 'REPLAN' })).toBeUndefined();
      expect(await table.get({ pk: 'IMAGE#other', sk: 'HEAD' })).toBeUndefined();
    });

    test('shares no object with its callers', async () => {
      const mine = item('HEAD', 1, { state: { now: 'IDLE' } });
      await table.put(mine, 0);
      (mine['state'] as { now: string }).now = 'BUSY';
      const read = (await table.get(mine))!;
      (read['state'] as { now: string }).now = 'STOPPED';
      const [queried] = await table.query(pk);
      expect(queried).toStrictEqual(item('HEAD', 1, { state: { now: 'IDLE' } }));
      (queried!['state'] as { now: string }).now = 'STOPPED';
      for (const { newImage } of await harness.changes()) (newImage!['state'] as { now: string }).now = 'STOPPED';
      expect((await harness.changes())[0]!.newImage).toStrictEqual(item('HEAD', 1, { state: { now: 'IDLE' } }));
      expect(await table.get(mine)).toStrictEqual(item('HEAD', 1, { state: { now: 'IDLE' } }));
    });

    test('creates only where there is nothing and replaces only the expected version', async () => {
      await expect(table.put(item('HEAD', 3), 2)).rejects.toThrow(ConditionFailedError);
      await table.put(item('HEAD', 1, { by: 'first' }), 0);
      await expect(table.put(item('HEAD', 1, { by: 'second' }), 0)).rejects.toThrow(ConditionFailedError);
      await expect(table.put(item('HEAD', 3), 2)).rejects.toThrow(ConditionFailedError);
      expect(await table.get({ pk, sk: 'HEAD' })).toStrictEqual(item('HEAD', 1, { by: 'first' }));
      await table.put(item('HEAD', 2, { other: true }), 1);
      expect(await table.get({ pk, sk: 'HEAD' })).toStrictEqual(item('HEAD', 2, { other: true }));
    });

    test('deletes only the expected version; afterwards the item can be created again', async () => {
      await table.put(item('REPLAN'), 0);
      await expect(table.delete({ pk, sk: 'REPLAN' }, 2)).rejects.toThrow(ConditionFailedError);
      await expect(table.delete({ pk, sk: 'REPLAN' }, 0)).rejects.toThrow(ConditionFailedError);
      expect(await table.get({ pk, sk: 'REPLAN' })).toStrictEqual(item('REPLAN'));
      await table.delete({ pk, sk: 'REPLAN' }, 1);
      expect(await table.get({ pk, sk: 'REPLAN' })).toBeUndefined();
      await expect(table.delete({ pk, sk: 'REPLAN' }, 1)).rejects.toThrow(ConditionFailedError);
      await expect(table.delete({ pk: 'IMAGE#none', sk: 'REPLAN' }, 1)).rejects.toThrow(ConditionFailedError);
      await table.put(item('REPLAN'), 0);
      expect(await table.get({ pk, sk: 'REPLAN' })).toStrictEqual(item('REPLAN'));
    });

    test('records each write that took place, and none that was refused', async () => {
      await table.put(item('HEAD', 1, { state: 'IDLE' }), 0);
      await expect(table.put(item('HEAD', 1), 0)).rejects.toThrow(ConditionFailedError);
      await table.put(item('HEAD', 2, { state: 'BUSY' }), 1);
      await expect(table.delete({ pk, sk: 'HEAD' }, 1)).rejects.toThrow(ConditionFailedError);
      await expect(table.put(item('PATCH#1', 7), 6)).rejects.toThrow(ConditionFailedError);
      await expect(table.put(item('PATCH#1', 1, { bad: undefined }), 0)).rejects.toThrow(BadInputError);
      await table.delete({ pk, sk: 'HEAD' }, 2);
      const changes = await harness.changes();
      expect(changes.map(({ sequence: _, ...rest }) => rest)).toStrictEqual([
        { event: 'INSERT', key: { pk, sk: 'HEAD' }, newImage: item('HEAD', 1, { state: 'IDLE' }) },
        {
          event: 'MODIFY',
          key: { pk, sk: 'HEAD' },
          oldImage: item('HEAD', 1, { state: 'IDLE' }),
          newImage: item('HEAD', 2, { state: 'BUSY' }),
        },
        { event: 'REMOVE', key: { pk, sk: 'HEAD' }, oldImage: item('HEAD', 2, { state: 'BUSY' }) },
      ]);
      const sequences = changes.map(({ sequence }) => BigInt(sequence));
      expect(sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!)).toBe(true);
    });

    test('queries a partition by prefix, in the order of UTF-8 bytes and not of UTF-16 units', async () => {
      // U+FF5E sorts before U+1F600 as UTF-8, after it as UTF-16; U+0000 comes first, `F#10` before `F#9`.
      const inOrder = [
        'F',
        'F#',
        'F#\u0000',
        'F#10',
        'F#9',
        'F#a',
        'F#é',
        'F#\uff5e',
        'F#\u{1f600}',
        'F#\u{10ffff}',
        'G',
      ];
      for (const sk of inOrder.toReversed()) await table.put(item(sk), 0);
      await table.put({ pk: `${pk}-slim`, sk: 'F#9', version: 1 }, 0);
      const keys = async (prefix?: string): Promise<string[]> => (await table.query(pk, prefix)).map(({ sk }) => sk);
      expect(await keys()).toStrictEqual(inOrder);
      expect(await keys('')).toStrictEqual(inOrder);
      expect(await keys('F')).toStrictEqual(inOrder.slice(0, -1));
      expect(await keys('F#')).toStrictEqual(inOrder.slice(1, -1));
      expect(await keys('F#\u{10ffff}')).toStrictEqual(['F#\u{10ffff}']);
      expect(await keys('F#é')).toStrictEqual(['F#é']);
      expect(await keys('f')).toStrictEqual([]);
      expect(await keys('%')).toStrictEqual([]);
      expect(await keys('_#')).toStrictEqual([]);
      expect(await table.query('IMAGE#none')).toStrictEqual([]);
    });

    test.each([
      ['quotes and statements', `'; DROP TABLE items; --"\`\\`],
      ['control characters', 'a\u0000b\u0001\n\r\t\u007f'],
      ['characters beyond the BMP', '😀 𝒳 \u{10ffff}'],
      ['a byte order mark and non-characters', '\ufeff\uffff\ufffd'],
      ['composed and decomposed letters, which stay different', 'é'],
      ['placeholders and wildcards', '?1 :pk $x @y % _ *'],
    ])('keeps %s as they are, in keys and values', async (_what, text) => {
      const hostile = { pk: text, sk: text, version: 1, [text]: text, map: { [text]: [text] } };
      await table.put(hostile, 0);
      await table.put({ pk: text, sk: `${text}e\u0301`, version: 1 }, 0);
      expect(await table.get({ pk: text, sk: text })).toStrictEqual(hostile);
      expect(await table.query(text, text)).toStrictEqual([hostile, { pk: text, sk: `${text}e\u0301`, version: 1 }]);
      expect((await harness.changes())[0]).toMatchObject({ key: { pk: text, sk: text }, newImage: hostile });
      await table.delete({ pk: text, sk: text }, 1);
      expect(await table.get({ pk: text, sk: text })).toBeUndefined();
    });

    test('refuses lone surrogates anywhere: UTF-8 has no form for them, and two keys would become one', async () => {
      const lone = 'a\ud800b';
      await expect(table.put({ pk: lone, sk: 'x', version: 1 }, 0)).rejects.toThrow(/lone surrogate/);
      await expect(table.put(item(lone), 0)).rejects.toThrow(BadInputError);
      await expect(table.put(item('x', 1, { value: lone }), 0)).rejects.toThrow(BadInputError);
      await expect(table.put(item('x', 1, { map: { [lone]: 1 } }), 0)).rejects.toThrow(BadInputError);
      await expect(table.get({ pk, sk: lone })).rejects.toThrow(BadInputError);
      await expect(table.delete({ pk, sk: lone }, 1)).rejects.toThrow(BadInputError);
      await expect(table.query(lone)).rejects.toThrow(BadInputError);
      await expect(table.query(pk, '\udc00')).rejects.toThrow(BadInputError);
      expect(await table.query(pk)).toStrictEqual([]);
    });

    test('keeps keys called __proto__, constructor and toJSON as plain attributes', async () => {
      const text = `{"pk":"${pk}","sk":"P","version":1,"__proto__":{"polluted":true},"constructor":1,"toJSON":"x","m":{"__proto__":[1]}}`;
      await table.put(JSON.parse(text) as TableItem, 0);
      const read = (await table.get({ pk, sk: 'P' }))!;
      expect(JSON.stringify(read)).toBe(text);
      expect(Object.getPrototypeOf(read)).toBe(Object.getPrototypeOf({}));
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect(JSON.stringify((await harness.changes())[0]!.newImage)).toBe(text);
    });

    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    test.each<[string, unknown]>([
      ['undefined', undefined],
      ['NaN', NaN],
      ['Infinity', -Infinity],
      ['a function', () => 1],
      ['a symbol', Symbol('s')],
      ['a bigint', 1n],
      ['a Date', new Date(0)],
      ['a Map', new Map()],
      ['bytes', Buffer.from('x')],
      ['a sparse list', new Array(2)],
      ['undefined in a list in a map', { list: [undefined] }],
      ['a symbol for a key', { [Symbol('k')]: 1 }],
      ['an own toJSON', { toJSON: () => 1 }],
      ['a circle', circular],
      ['33 levels', nested(33)],
    ])('refuses %s, which JSON would lose or change', async (_what, value) => {
      await expect(table.put(item('X', 1, { value }), 0)).rejects.toThrow(BadInputError);
      expect(await table.get({ pk, sk: 'X' })).toBeUndefined();
    });

    test('says where in the item the refused value is', async () => {
      await expect(table.put(item('X', 1, { a: { b: [0, NaN] } }), 0)).rejects.toThrow(
        'item "IMAGE#debian-12" / "X": "a" > "b" > "1" is NaN',
      );
    });

    test('takes 32 levels, and numbers to the edge of what is exact', async () => {
      const edge = item('X', 1, { deep: nested(32), big: 2 ** 53 - 1, small: 0.1, least: 1e-100, zero: 0 });
      await table.put(edge, 0);
      expect(await table.get({ pk, sk: 'X' })).toStrictEqual(edge);
    });

    test('takes an item of 400 KB as JSON and refuses one byte more', async () => {
      const limit = 409_600;
      await expect(table.put(sized(limit + 1), 0)).rejects.toThrow(/409601 bytes as JSON/);
      const largest = sized(harness.emulatorLimit ?? limit);
      await table.put(largest, 0);
      expect(await table.get({ pk, sk: 'BIG' })).toStrictEqual(largest);
      await expect(table.put(item('E', 1, { text: 'é'.repeat(205_000) }), 0)).rejects.toThrow(BadInputError);
    });

    test('takes keys of 2,048 and 1,024 bytes and refuses longer and empty ones', async () => {
      const [longPk, longSk] = ['é'.repeat(1024), 'é'.repeat(512)];
      await table.put({ pk: longPk, sk: longSk, version: 1 }, 0);
      expect(await table.query(longPk, longSk)).toStrictEqual([{ pk: longPk, sk: longSk, version: 1 }]);
      for (const key of [
        { pk: `${longPk}x`, sk: 'x' },
        { pk: 'x', sk: `${longSk}x` },
        { pk: '', sk: 'x' },
        { pk: 'x', sk: '' },
      ]) {
        await expect(table.put({ ...key, version: 1 }, 0)).rejects.toThrow(BadInputError);
        await expect(table.get(key)).rejects.toThrow(BadInputError);
        await expect(table.delete(key, 1)).rejects.toThrow(BadInputError);
      }
      await expect(table.query('')).rejects.toThrow(BadInputError);
    });

    test.each([
      [1, 1],
      [2, 0],
      [0, -1],
      [1.5, 0.5],
      [NaN, NaN],
    ])('refuses version %p over %p: it must be one more, from a whole number', async (version, expected) => {
      await expect(table.put(item('HEAD', version), expected)).rejects.toThrow(BadInputError);
    });

    test('lets exactly one of two handles write the same version', async () => {
      const other = await harness.open();
      for (let version = 1; version <= 20; version += 1) {
        const results = await Promise.allSettled([
          table.put(item('HEAD', version, { by: 'one' }), version - 1),
          other.put(item('HEAD', version, { by: 'two' }), version - 1),
        ]);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const refused = results.find((result) => result.status === 'rejected');
        expect(refused?.reason).toBeInstanceOf(ConditionFailedError);
        const winner = results[0].status === 'fulfilled' ? 'one' : 'two';
        expect(await table.get({ pk, sk: 'HEAD' })).toStrictEqual(item('HEAD', version, { by: winner }));
        expect(await other.get({ pk, sk: 'HEAD' })).toStrictEqual(item('HEAD', version, { by: winner }));
      }
      expect(await harness.changes()).toHaveLength(20);
    });

    test('holds 1,000 items of a partition', async () => {
      const items = Array.from({ length: 1000 }, (_, index) =>
        item(`FINDING#CVE-2024-${String(index).padStart(4, '0')}#apt#openssl`, 1, { index, note: 'é'.repeat(1000) }),
      );
      for (const one of items) await table.put(one, 0);
      expect(await table.query(pk, 'FINDING#')).toStrictEqual(items);
      expect(await table.query(pk, 'FINDING#CVE-2024-099')).toStrictEqual(items.slice(990));
      expect((await harness.changes()).map(({ newImage }) => newImage)).toStrictEqual(items);
    });

    test('keeps items and changes when it is opened again, where it is durable', async () => {
      await table.put(item('HEAD'), 0);
      await table.put(item('HEAD', 2), 1);
      await table.put(item('REPLAN'), 0);
      await table.delete({ pk, sk: 'REPLAN' }, 1);
      await harness.reopen?.();
      const again = await harness.open();
      expect(await again.query(pk)).toStrictEqual([item('HEAD', 2)]);
      await again.put(item('REPLAN'), 0);
      expect((await harness.changes()).map(({ event, key }) => `${event} ${key.sk}`)).toStrictEqual([
        'INSERT HEAD',
        'MODIFY HEAD',
        'INSERT REPLAN',
        'REMOVE REPLAN',
        'INSERT REPLAN',
      ]);
    });
  });
}
