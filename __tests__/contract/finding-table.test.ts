import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { LocalStream } from '../../adapters/local/table-stream';
import { describeFindingTable, type FindingTableHarness } from './finding-table.contract';
import { anyCall, outcomeOf } from './finding-table.calls';

function sqliteHarness(): FindingTableHarness {
  const directory = mkdtempSync(join(tmpdir(), 'finding-table-'));
  const path = join(directory, 'table.db');
  const tables: SqliteFindingTable[] = [];
  const closeAll = (): Promise<void> => {
    for (const table of tables.splice(0)) table.close();
    return Promise.resolve();
  };
  return {
    open: () => {
      const table = new SqliteFindingTable(path);
      tables.push(table);
      return Promise.resolve(table);
    },
    changes: () => {
      const stream = new LocalStream(path);
      try {
        return Promise.resolve(stream.read('contract', 10_000));
      } finally {
        stream.close();
      }
    },
    reopen: closeAll,
    dispose: async () => {
      await closeAll();
      rmSync(directory, { recursive: true });
    },
  };
}

function memoryHarness(): FindingTableHarness {
  const table = new MemoryFindingTable();
  return {
    open: () => Promise.resolve(table),
    changes: () => Promise.resolve(table.changes()),
    dispose: () => Promise.resolve(),
  };
}

describeFindingTable('one SQLite file', () => Promise.resolve(sqliteHarness()));
describeFindingTable('memory', () => Promise.resolve(memoryHarness()));

test('the two implementations answer any calls alike and record the same changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCall(fc.jsonValue({ depthSize: 'small' })), { maxLength: 60 }), async (program) => {
      const [sqlite, memory] = [sqliteHarness(), memoryHarness()];
      try {
        const [left, right] = [await sqlite.open(), await memory.open()];
        for (const call of program) expect(await outcomeOf(call, left)).toStrictEqual(await outcomeOf(call, right));
        expect(await sqlite.changes()).toStrictEqual(await memory.changes());
      } finally {
        await sqlite.dispose();
      }
    }),
    { numRuns: 100 },
  );
});

test('memory: gives the changes after a sequence', async () => {
  const table = new MemoryFindingTable();
  await table.put({ pk: 'p', sk: 'a', version: 1 }, 0);
  await table.put({ pk: 'p', sk: 'b', version: 1 }, 0);
  const [first, second] = table.changes();
  expect(table.changes(first!.sequence)).toStrictEqual([second]);
  expect(table.changes(second!.sequence)).toStrictEqual([]);
});
