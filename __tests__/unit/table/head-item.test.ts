import fc from 'fast-check';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import {
  adoptDigest,
  noteBuilt,
  readHead,
  requestReplan,
  settleReplan,
  updateHead,
} from '../../../domain/table/head-changes';
import type { SeenDigest } from '../../../domain/table/head-item';
import { currentDigest, newerDigest } from '../../../domain/table/head-item';
import { replanKey } from '../../../domain/table/keys';
import type { ReplanItem } from '../../../domain/table/replan-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { releaseLease } from '../../../domain/table/release-lease';
import { digestOf } from './samples';

const seen = (digest: string, pushedAt?: string, floating = false): SeenDigest => ({
  digest: digestOf(digest),
  ...(pushedAt !== undefined && { pushedAt }),
  floating,
});

describe('the newer of two digests', () => {
  it.each([
    ['the newest push', seen('b', '2024-01-01T00:00:00.000Z', true), seen('a', '2024-01-02T00:00:00.000Z')],
    ['a push over none', seen('b', undefined, true), seen('a', '2024-01-02T00:00:00.000Z')],
    ['then the floating tag', seen('b', '2024-01-01T00:00:00.000Z'), seen('a', '2024-01-01T00:00:00.000Z', true)],
    ['then the greater digest', seen('a', '2024-01-01T00:00:00.000Z'), seen('b', '2024-01-01T00:00:00.000Z')],
  ])('is %s', (_what, loser, winner) => {
    expect(newerDigest(loser, winner)).toEqual(winner);
    expect(newerDigest(winner, loser)).toEqual(winner);
    expect(newerDigest(undefined, loser)).toEqual(loser);
  });

  const pushes = ['2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z', undefined];
  /** A digest is pushed once, but its tags move. */
  const pushedOnce = fc
    .record({ digest: fc.constantFrom('a', 'b', 'c', 'd'), floating: fc.boolean() })
    .map(({ digest, floating }) => seen(digest, pushes[digest.charCodeAt(0) % 2], floating));
  /** A digest is pushed again, or an event leaves the date out. */
  const pushedAgain = fc
    .record({ digest: fc.constantFrom('a', 'b', 'c'), push: fc.constantFrom(...pushes), floating: fc.boolean() })
    .map(({ digest, push, floating }) => seen(digest, push, floating));

  describe.each([
    ['pushed once', pushedOnce],
    ['pushed again', pushedAgain],
  ])('of digests that are %s', (_what, sighting) => {
    it('does not depend on the order of two, and is the same again', () => {
      fc.assert(
        fc.property(sighting, sighting, (left, right) => {
          expect(newerDigest(left, right)).toEqual(newerDigest(right, left));
          expect(newerDigest(left, left)).toEqual(left);
          expect(newerDigest(newerDigest(left, right), right)).toEqual(newerDigest(left, right));
        }),
      );
    });

    it('does not depend on how three are grouped', () => {
      fc.assert(
        fc.property(sighting, sighting, sighting, (a, b, c) => {
          expect(newerDigest(newerDigest(a, b), c)).toEqual(newerDigest(a, newerDigest(b, c)));
        }),
        { numRuns: 2000 },
      );
    });
  });
});

describe('HEAD', () => {
  const promoted = {
    digest: digestOf('f'),
    reference: 'r:2024-06-01.1',
    since: '2024-06-01T00:00:00.000Z',
    descendsFrom: [],
  };
  const BASE = { state: 'IDLE', sequence: 0, failures: 0, builds: { day: '', count: 0 } };

  it('adopts the newest digest and writes nothing for one that is known', async () => {
    const table = new MemoryFindingTable();
    await adoptDigest(table, 'a', seen('a', '2024-01-01T00:00:00.000Z'));
    await adoptDigest(table, 'a', seen('a', '2024-01-01T00:00:00.000Z'));
    await adoptDigest(table, 'a', seen('b', '2023-01-01T00:00:00.000Z', true));
    expect(await readHead(table, 'a')).toMatchObject({
      ...BASE,
      type: 'HEAD',
      image: 'a',
      version: 1,
      adopted: seen('a', '2024-01-01T00:00:00.000Z'),
    });
    expect(await readHead(table, 'other')).toBeUndefined();
  });

  it('adopts of several the newest, and once a lease was taken only what the floating tag was on', async () => {
    const table = new MemoryFindingTable();
    const [older, newer] = [seen('a', '2024-01-01T00:00:00.000Z', true), seen('b', '2024-02-01T00:00:00.000Z')];
    expect((await adoptDigest(table, 'a', newer, older))?.adopted).toEqual(newer);
    expect(await adoptDigest(table, 'b')).toBeUndefined();
    for (const image of ['a', 'b']) await updateHead(table, image, (head) => ({ ...head, sequence: 1 }));
    expect((await adoptDigest(table, 'b', newer, older))?.adopted).toEqual(older);
    expect((await adoptDigest(table, 'b', seen('c', '2024-03-01T00:00:00.000Z')))?.adopted).toEqual(older);
    const pushed = seen('d', '2024-03-01T00:00:00.000Z', true);
    for (const image of ['a', 'b']) expect((await adoptDigest(table, image, pushed))?.adopted).toEqual(pushed);
  });

  it('never adopts what was built here, and what is newer beside it all the same', async () => {
    const table = new MemoryFindingTable();
    await noteBuilt(table, 'a', digestOf('b'));
    const [built, pushed] = [seen('b', '2024-03-01T00:00:00.000Z', true), seen('a', '2024-02-01T00:00:00.000Z')];
    expect((await adoptDigest(table, 'a', built))?.adopted).toBeUndefined();
    expect((await adoptDigest(table, 'a', built, pushed))?.adopted).toEqual(pushed);
  });

  it('its current digest is the promoted one, else the adopted one', async () => {
    const table = new MemoryFindingTable();
    expect(currentDigest(undefined)).toBeUndefined();
    expect(currentDigest(await adoptDigest(table, 'a', seen('a')))).toBe(digestOf('a'));
    expect(currentDigest(await updateHead(table, 'a', (head) => ({ ...head, promoted })))).toBe(digestOf('f'));
  });

  it('writes nothing where the fold says so, not even a new one', async () => {
    const table = new MemoryFindingTable();
    expect(await updateHead(table, 'a', () => undefined)).toBeUndefined();
    expect(table.changes()).toEqual([]);
  });

  const leased = async (failures = 0): Promise<MemoryFindingTable> => {
    const table = new MemoryFindingTable();
    await updateHead(table, 'a', (head) => ({
      ...head,
      state: 'BUSY',
      failures,
      lease: { patch: 7, since: '2024-06-01T00:00:00.000Z' },
    }));
    return table;
  };

  it.each([
    [{ outcome: 'failed', stops: false }, 0, 'IDLE', 1],
    [{ outcome: 'failed', stops: true }, 2, 'STOPPED', 3],
    [{ outcome: 'neutral' }, 2, 'IDLE', 2],
    [{ outcome: 'promoted', promoted }, 2, 'IDLE', 0],
  ] as const)('a build that ended as %j after %i failures leaves it %s with %i', async (end, failures, state, left) => {
    const head = await releaseLease(await leased(failures), 'a', { patch: 7, ...end });
    expect(head).toMatchObject({ state, failures: left });
    expect(head).not.toHaveProperty('lease');
  });

  it.each([
    ['2024-06-01', 3, 2],
    ['2024-06-01', 0, 0],
    ['2024-06-02', 3, 3],
  ])(
    'a lease that was never used gives the build of its day back: on %s, of %i there are %i',
    async (day, had, left) => {
      const table = await leased(2);
      await updateHead(table, 'a', (head) => ({ ...head, builds: { day, count: had } }));
      const head = await releaseLease(table, 'a', { patch: 7, outcome: 'unused' });
      expect(head).toMatchObject({ state: 'IDLE', failures: 2, builds: { day, count: left } });
      expect(head).not.toHaveProperty('lease');
    },
  );

  it('a late word about another build does not free the lease', async () => {
    const table = await leased();
    await releaseLease(table, 'a', { patch: 6, outcome: 'failed', stops: true });
    expect(await readHead(table, 'a')).toMatchObject({ state: 'BUSY', failures: 0, version: 1, lease: { patch: 7 } });
  });

  it('what was promoted before becomes the previous one', async () => {
    const table = await leased();
    await updateHead(table, 'a', (head) => ({ ...head, promoted }));
    const next = { ...promoted, digest: digestOf('e') };
    const head = await releaseLease(table, 'a', { patch: 7, outcome: 'promoted', promoted: next });
    expect(head).toMatchObject({ promoted: next, previous: promoted });
  });
});

describe('REPLAN', () => {
  it('is requested, settled once, and requested again', async () => {
    const table = new MemoryFindingTable();
    const read = async (): Promise<ReplanItem | undefined> => {
      const item = await table.get(replanKey('a'));
      return item !== undefined && isReplanItem(item) ? item : undefined;
    };
    await settleReplan(table, undefined);
    expect(table.changes()).toEqual([]);
    await requestReplan(table, 'a', 'why not');
    const request = await read();
    expect(request).toMatchObject({ type: 'REPLAN', image: 'a', state: 'REQUESTED', why: 'why not', version: 1 });
    await settleReplan(table, request);
    await settleReplan(table, request);
    await settleReplan(table, await read());
    expect(await read()).toMatchObject({ state: 'DONE', version: 2 });
    await requestReplan(table, 'a', 'again');
    expect(await read()).toMatchObject({ state: 'REQUESTED', version: 3 });
  });

  it('that came in after the image was read stays', async () => {
    const table = new MemoryFindingTable();
    await requestReplan(table, 'a', 'first');
    const request = await table.get(replanKey('a'));
    await requestReplan(table, 'a', 'second');
    await settleReplan(table, request as ReplanItem);
    expect(await table.get(replanKey('a'))).toMatchObject({ state: 'REQUESTED', why: 'second' });
  });
});
