import fc from 'fast-check';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { FindingTable, ImageBuilder } from '../../../domain/ports';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { patchKey } from '../../../domain/table/keys';
import { updateItem } from '../../../domain/table/update-item';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makeImage, makeItem, makePatch, NOW, silent } from '../table/samples';

/** A place where a run waits until it is let go on. */
class Gate {
  readonly reached: Promise<void>;
  private readonly opened: Promise<void>;
  private reach: () => void = () => undefined;
  private release: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.reach = resolve;
    });
    this.opened = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  open(): void {
    this.release();
  }

  async pass(): Promise<void> {
    this.reach();
    await this.opened;
  }
}

/** The table as it is to a run that is slow after it has read the image. */
function slowReader(table: FindingTable, gate: Gate): FindingTable {
  return {
    get: table.get.bind(table),
    put: table.put.bind(table),
    delete: table.delete.bind(table),
    query: async (pk, prefix) => {
      const items = await table.query(pk, prefix);
      await gate.pass();
      return items;
    },
  };
}

/** A table with a finding, the patch for it that is READY, and an idle HEAD; and the parameter. */
async function ready() {
  const table = new MemoryFindingTable();
  const item = makeItem();
  await table.put(item, 0);
  await table.put(makePatch({ state: 'READY' }), 0);
  await updateHead(table, 'debian-12', (head) => ({ ...head, state: 'IDLE' }));
  const values: string[] = [];
  const signal = {
    put: async (_image: string, value: string) => {
      values.push(value);
      return await Promise.resolve({ version: values.length });
    },
    get: async () => {
      const value = values.at(-1);
      return await Promise.resolve(value === undefined ? undefined : { value, version: values.length });
    },
  };
  const builder: ImageBuilder = {
    start: async () => await Promise.resolve('build-1'),
    get: async () => {
      await Promise.resolve(undefined);
    },
  };
  const ports = { table, signal, clock: () => NOW, logger: silent };
  return {
    table,
    signal: async (seenBy: FindingTable = table) => await makeSignalRebuild({ ...ports, table: seenBy })(makeImage()),
    startBuild: async () => await makeStartBuild({ ...ports, builder })(makeImage()),
    suppress: async () => {
      await updateItem<FindingItem>(table, item, isFindingItem, (known) =>
        known === undefined ? undefined : { ...known, state: 'PARKED', reason: 'suppressed' },
      );
    },
    patch: async () => await table.get(patchKey('debian-12', 1)),
    lease: async () => (await readHead(table, 'debian-12'))?.lease,
  };
}

describe('two runs of signal-rebuild for the same patch, and its finding is suppressed between', () => {
  it('the one that finds it unwanted leaves the lease of the one that has signaled it', async () => {
    const here = await ready();
    const [first, second] = [new Gate(), new Gate()];
    const signaling = here.signal(slowReader(here.table, first));
    await first.reached;
    await here.suppress();
    const takingBack = here.signal(slowReader(here.table, second));
    await second.reached;
    first.open();
    expect((await signaling).did).toBe('signaled');
    second.open();
    expect(await takingBack).toEqual({ did: 'nothing', why: 'signaled' });
    expect([(await here.patch())?.['state'], (await here.lease())?.patch]).toEqual(['SIGNALED', 1]);
    expect((await here.startBuild()).did).toBe('started');
  });

  it('the one that signals gives its lease back where the other has taken the patch back', async () => {
    const here = await ready();
    const first = new Gate();
    const signaling = here.signal(slowReader(here.table, first));
    await first.reached;
    await here.suppress();
    expect(await here.signal()).toEqual({ did: 'nothing', why: 'plan-changed' });
    expect(await here.patch()).toMatchObject({ state: 'SUPERSEDED', reason: 'nothing-open' });
    first.open();
    expect(await signaling).toEqual({ did: 'nothing', why: 'superseded' });
    expect(await here.lease()).toBeUndefined();
    expect(await here.startBuild()).toEqual({ did: 'nothing', why: 'no-lease' });
  });

  it('whoever is quicker at whatever access to the table: the patch is signaled and leased, or neither', async () => {
    const ends = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const here = await ready();
        // Each run takes its turn at every access to the table; the finding is suppressed at any of them.
        const turns: FindingTable = {
          get: scheduler.scheduleFunction(here.table.get.bind(here.table)),
          put: scheduler.scheduleFunction(here.table.put.bind(here.table)),
          delete: here.table.delete.bind(here.table),
          query: async (pk, prefix) => {
            await scheduler.schedule(Promise.resolve());
            const items = await here.table.query(pk, prefix);
            await scheduler.schedule(Promise.resolve());
            return items;
          },
        };
        await scheduler.waitFor(
          Promise.all([
            here.signal(turns),
            scheduler.schedule(Promise.resolve()).then(here.suppress),
            here.signal(turns),
          ]),
        );
        const state = (await here.patch())?.['state'];
        expect([state, (await here.lease())?.patch]).toEqual([state, state === 'SIGNALED' ? 1 : undefined]);
        ends.add(state);
      }),
      { numRuns: 500 },
    );
    expect([...ends].sort()).toEqual(['SIGNALED', 'SUPERSEDED']);
  });
});
