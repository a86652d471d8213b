import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { BuildRefusedError } from '../../../domain/errors';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import { patchKey, replanKey } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makeImage, makePatch, NOW, silent } from '../table/samples';

const REFUSED = new BuildRefusedError('no pipeline', { hint: 'deploy it' });

/** A patch that is SIGNALED, its lease, and a builder that answers in turn with ids and errors. */
async function world(...answers: (string | Error)[]) {
  return await worldAfter([], ...answers);
}

/** The same after other patches. */
async function worldAfter(others: readonly PatchItem[], ...answers: (string | Error)[]) {
  const table = new MemoryFindingTable();
  const patch = makePatch({ state: 'SIGNALED', sequence: others.length + 1 });
  for (const item of [...others, patch]) await table.put(item, 0);
  await updateHead(table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    lease: { patch: patch.sequence, since: NOW.toISOString() },
    builds: { day: '2024-06-01', count: 1 },
  }));
  let asked = 0;
  const on = (writes: typeof table.put) =>
    makeStartBuild({
      table: {
        get: table.get.bind(table),
        query: table.query.bind(table),
        delete: table.delete.bind(table),
        put: writes,
      },
      signal: {
        put: async () => await Promise.reject(new Error('must not be put')),
        get: async () => await Promise.resolve({ value: patch.scriptUri, version: 1 }),
      },
      builder: {
        start: async () => {
          const answer = answers[asked++] ?? 'none';
          return await (typeof answer === 'string' ? Promise.resolve(answer) : Promise.reject(answer));
        },
        get: async () => await Promise.reject(new Error('must not be asked')),
      },
      clock: () => NOW,
      logger: silent,
    })(makeImage());
  return {
    start: async () => await on(table.put.bind(table)),
    /** Dies at its n-th write. */
    startDying: async (at: number) => {
      let writes = 0;
      return await on(async (...args) => {
        if (++writes === at) throw new Error('died');
        await table.put(...args);
      });
    },
    end: async () => ({
      asked,
      patch: await table.get(patchKey('debian-12', 1)),
      head: await readHead(table, 'debian-12'),
      note: await table.get(replanKey('debian-12')),
    }),
  };
}

const ENDED = {
  patch: { state: 'FAILED', reason: 'builder', detail: 'no pipeline; deploy it' },
  head: { state: 'IDLE', failures: 0, builds: { day: '2024-06-01', count: 0 } },
  note: {
    state: 'REQUESTED',
    why: 'the build of patch 1 was refused: no pipeline; deploy it',
    notBefore: '2024-06-01T01:00:00.000Z',
  },
};

describe('a build that is refused before anything was started', () => {
  it('ends its patch, gives lease and budget back, and is looked at again in an hour', async () => {
    const here = await world(REFUSED);
    expect(await here.start()).toMatchObject({ did: 'refused', patch: { state: 'FAILED' }, error: REFUSED });
    expect(await here.end()).toMatchObject(ENDED);
    expect((await here.end()).head).not.toHaveProperty('lease');
    // The same event once more finds nothing to do.
    expect(await here.start()).toEqual({ did: 'nothing', why: 'no-lease' });
  });

  // Writes: that the builder is asked, FAILED, the note, the lease.
  it.each([3, 4])('is ended by the next try, where the process dies at write %i', async (at) => {
    const here = await world(REFUSED);
    await expect(here.startDying(at)).rejects.toThrow('died');
    expect((await here.end()).head).toMatchObject({ state: 'BUSY', lease: { patch: 1 } });
    expect(await here.start()).toMatchObject({ did: 'refused' });
    expect(await here.end()).toMatchObject({ ...ENDED, asked: 1 });
  });

  it.each([
    [1, 2],
    [2, 4],
    [4, 16],
    [5, 24],
    [9, 24],
  ])('after %i others that were, is looked at again in %i hours', async (before, hours) => {
    const others = Array.from({ length: before }, (_, index) =>
      makePatch({ sequence: index + 1, state: 'FAILED', reason: 'builder' }),
    );
    const here = await worldAfter(others, REFUSED);
    await here.start();
    const { note } = await here.end();
    expect((Date.parse(String(note?.['notBefore'])) - NOW.getTime()) / 3_600_000).toBe(hours);
  });

  it('is noted no later where the process died before its lease was given back', async () => {
    const here = await worldAfter([makePatch({ state: 'FAILED', reason: 'builder' })], REFUSED);
    // Writes: that the builder is asked, FAILED, the note, the lease.
    await expect(here.startDying(4)).rejects.toThrow('died');
    await here.start();
    expect((await here.end()).note).toMatchObject({ notBefore: '2024-06-01T02:00:00.000Z' });
  });

  it('keeps its lease where an earlier try may have started it', async () => {
    const here = await world(new Error('no answer'), REFUSED, 'build-1');
    await expect(here.start()).rejects.toThrow('no answer');
    expect((await here.end()).head?.lease).toMatchObject({ asked: NOW.toISOString() });
    await expect(here.start()).rejects.toThrow(REFUSED);
    expect(await here.end()).toMatchObject({ patch: { state: 'SIGNALED' }, head: { state: 'BUSY' }, note: undefined });
    expect(await here.start()).toMatchObject({ did: 'started', buildId: 'build-1' });
    expect((await here.end()).head?.lease).toMatchObject({ patch: 1, buildId: 'build-1' });
  });
});
