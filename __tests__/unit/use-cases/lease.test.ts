import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { ImageBuilder, ImageRegistry } from '../../../domain/ports';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import { movePatch } from '../../../domain/table/move-patch';
import type { PatchState } from '../../../domain/table/patch-item';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import type { CandidateProof } from '../../../functions/track-build/candidate-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { isReplanItem } from '../../../domain/table/replan-item';
import { makeImage, makeItem, makePatch, NOW, silent } from '../table/samples';

const never = async (): Promise<never> => await Promise.reject(new Error('must not be asked'));
const untouched: Pick<Parameters<typeof makeTrackBuild>[0], 'builder' | 'registry' | 'proof'> = {
  builder: { start: never, get: never } satisfies ImageBuilder,
  registry: {
    describe: never,
    parentOf: never,
    tag: never,
    untag: never,
    referenceOf: (_image, tag) => tag,
  } satisfies ImageRegistry,
  proof: { gather: never } satisfies CandidateProof,
};

/** A table in which patch 1 has the lease. */
async function leased(): Promise<MemoryFindingTable> {
  const table = new MemoryFindingTable();
  await updateHead(table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    sequence: 1,
    lease: { patch: 1, since: NOW.toISOString() },
  }));
  return table;
}

const track = async (table: MemoryFindingTable) =>
  await makeTrackBuild({
    ...untouched,
    ...{ table, scripts: new MemoryScriptStore(), exceptions: [], clock: () => NOW, logger: silent },
  })(makeImage());

describe('track-build gives back the lease', () => {
  it.each<PatchState>(['SUPERSEDED', 'REJECTED', 'EXPIRED', 'HELD', 'ROLLED_BACK'])(
    'of a patch that is %s',
    async (state) => {
      const table = await leased();
      await table.put(makePatch({ state }), 0);
      await track(table);
      const head = await readHead(table, 'debian-12');
      expect(head).toMatchObject({ state: 'IDLE', failures: 0 });
      expect(head).not.toHaveProperty('lease');
    },
  );

  it('of a patch whose build was cancelled, and has it looked at again later: not at once, and not never', async () => {
    const table = await leased();
    await table.put(makePatch({ state: 'BUILDING', buildId: 'build-1' }), 0);
    const cancelled = { state: 'CANCELLED', reason: 'builder', detail: 'by hand' } as const;
    const ended = await makeTrackBuild({
      ...{ ...untouched, builder: { start: never, get: async () => await Promise.resolve(cancelled) } },
      ...{ table, scripts: new MemoryScriptStore(), exceptions: [], clock: () => NOW, logger: silent },
    })(makeImage());
    expect(ended).toMatchObject({ did: 'failed', patch: { state: 'FAILED', reason: 'builder' } });
    expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'IDLE', failures: 1 });
    expect((await table.query('IMAGE#debian-12')).filter(isReplanItem)).toMatchObject([
      {
        ...{ state: 'REQUESTED', why: 'patch 1 was not built: by hand' },
        notBefore: '2024-06-01T00:15:00.000Z',
      },
    ]);
  });

  it('of a patch that is not there', async () => {
    const table = await leased();
    expect(await track(table)).toEqual({ did: 'nothing', why: 'no-build' });
    const head = await readHead(table, 'debian-12');
    expect(head?.state).toBe('IDLE');
    expect(head).not.toHaveProperty('lease');
  });

  it.each<PatchState>(['READY', 'SIGNALED'])(
    'but not of a patch that is %s: its build is still to come',
    async (state) => {
      const table = await leased();
      await table.put(makePatch({ state }), 0);
      await track(table);
      expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'BUSY', lease: { patch: 1 } });
    },
  );
});

describe('signal-rebuild', () => {
  /** A table with these patches and the finding that they are for. */
  const tableOf = async (...patches: readonly ReturnType<typeof makePatch>[]): Promise<MemoryFindingTable> => {
    const table = new MemoryFindingTable();
    await table.put(makeItem(), 0);
    for (const patch of patches) await table.put(patch, 0);
    return table;
  };
  const nothing = async (): Promise<void> => {
    await Promise.resolve();
  };
  const replan = async (table: MemoryFindingTable) => (await table.query('IMAGE#debian-12')).find(isReplanItem)?.state;
  /** Signals; `meanwhile` runs between the lease and SIGNALED. */
  const signaling = (table: MemoryFindingTable, meanwhile: () => Promise<unknown>) =>
    makeSignalRebuild({
      table,
      signal: {
        put: async () => {
          await meanwhile();
          return { version: 1 };
        },
        get: never,
      },
      clock: () => NOW,
      logger: silent,
    })(makeImage());

  it.each<PatchState>(['SIGNALED', 'BUILDING'])(
    'keeps the lease where another run had the same patch %s before it could say so itself',
    async (state) => {
      const patch = makePatch();
      const table = await tableOf(patch);
      const result = await signaling(table, async () => {
        await movePatch(table, patch, ['READY'], NOW, { state });
      });
      expect(result).toEqual({ did: 'nothing', why: 'signaled' });
      expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'BUSY', lease: { patch: 1 } });
    },
  );

  it('gives its lease back where the patch was superseded before it was SIGNALED, and signals the newer one', async () => {
    const [older, newer] = [makePatch(), makePatch({ sequence: 2 })];
    const table = await tableOf(older);
    const result = await signaling(table, async () => {
      expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'BUSY', lease: { patch: 1 } });
      await table.put(newer, 0);
      await movePatch(table, older, ['READY'], NOW, { state: 'SUPERSEDED' });
    });
    expect(result).toEqual({ did: 'nothing', why: 'superseded' });
    const head = await readHead(table, 'debian-12');
    expect(head).toMatchObject({ state: 'IDLE', builds: { day: '2024-06-01', count: 0 } });
    expect(head).not.toHaveProperty('lease');
    expect(
      await signaling(table, async () => {
        await Promise.resolve();
      }),
    ).toMatchObject({
      did: 'signaled',
      patch: { sequence: 2, state: 'SIGNALED' },
    });
    expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'BUSY', lease: { patch: 2 } });
  });

  it('goes on with a lease that it took before it was cut off, at no cost to the budget', async () => {
    const table = await tableOf(makePatch());
    await expect(signaling(table, never)).rejects.toThrow('must not be asked');
    expect(
      await signaling(table, async () => {
        await Promise.resolve();
      }),
    ).toMatchObject({ did: 'signaled' });
    expect((await readHead(table, 'debian-12'))?.builds).toEqual({ day: '2024-06-01', count: 1 });
  });

  it.each([
    ['is parked', makeItem({ state: 'PARKED', reason: 'suppressed' })],
    ['is fixed', makeItem({ state: 'FIXED' })],
    ['is closed', makeItem({ state: 'CLOSED' })],
    ['is about another package', makeItem({ package: 'krb5' })],
  ])('does not signal a patch whose finding %s by now, and has generate-patch look', async (_what, item) => {
    const table = new MemoryFindingTable();
    await table.put(item, 0);
    await table.put(makePatch(), 0);
    expect(await signaling(table, never)).toEqual({ did: 'nothing', why: 'plan-changed' });
    expect([await readHead(table, 'debian-12'), await replan(table)]).toEqual([undefined, 'REQUESTED']);
  });

  it('gives a lease back that it took before it was cut off, where the patch is not asked for any more', async () => {
    const table = await tableOf(makePatch());
    await expect(signaling(table, never)).rejects.toThrow('must not be asked');
    const item = makeItem({ state: 'PARKED', reason: 'excepted', version: 2 });
    await table.put(item, 1);
    expect(await signaling(table, never)).toEqual({ did: 'nothing', why: 'plan-changed' });
    expect((await readHead(table, 'debian-12'))?.lease).toBeUndefined();
  });

  it('gives a lease back whose patch was superseded after it was cut off, and signals the next', async () => {
    const older = makePatch();
    const table = await tableOf(older);
    await expect(signaling(table, never)).rejects.toThrow('must not be asked');
    await movePatch(table, older, ['READY'], NOW, { state: 'SUPERSEDED' });
    expect(await signaling(table, never)).toEqual({ did: 'nothing', why: 'nothing-ready' });
    expect(await readHead(table, 'debian-12')).toMatchObject({ state: 'IDLE' });
    await table.put(makePatch({ sequence: 2 }), 0);
    expect(await signaling(table, nothing)).toMatchObject({ did: 'signaled', patch: { sequence: 2 } });
  });

  it('signals an older patch where the newer one was taken back, and never one that is older than a live one', async () => {
    const table = await tableOf(makePatch(), makePatch({ sequence: 2, state: 'SUPERSEDED' }));
    expect(await signaling(table, nothing)).toMatchObject({ did: 'signaled', patch: { sequence: 1 } });
    for (const state of ['AWAITING_APPROVAL', 'BUILDING', 'PROMOTED'] as const) {
      const other = await tableOf(makePatch(), makePatch({ sequence: 2, state }));
      expect(await signaling(other, never)).toEqual({ did: 'nothing', why: 'nothing-ready' });
    }
  });

  it('says busy of a patch that waits for another one, whatever it is for', async () => {
    const table = await tableOf(makePatch({ state: 'CANDIDATE' }), makePatch({ sequence: 2, targets: [] }));
    await updateHead(table, 'debian-12', (head) => ({ ...head, state: 'BUSY', lease: { patch: 1, since: '' } }));
    expect(await signaling(table, never)).toEqual({ did: 'nothing', why: 'busy' });
    expect(await replan(table)).toBeUndefined();
  });
});
