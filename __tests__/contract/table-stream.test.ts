import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { LocalStream } from '../../adapters/local/table-stream';
import { BadInputError } from '../../domain/errors';

let directory: string;
let table: SqliteFindingTable;
let stream: LocalStream;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stream-'));
  table = new SqliteFindingTable(join(directory, 'table.db'));
  stream = new LocalStream(join(directory, 'table.db'));
});
afterEach(() => {
  stream.close();
  table.close();
  rmSync(directory, { recursive: true });
});

async function write(...keys: string[]): Promise<void> {
  for (const sk of keys) await table.put({ pk: 'p', sk, version: 1 }, 0);
}
const read = (consumer: string, limit = 100): string[] => stream.read(consumer, limit).map(({ key }) => key.sk);

test('gives the changes after the checkpoint, at most so many, until they are committed', async () => {
  await write('a', 'b', 'c');
  expect(read('generate-patch', 2)).toStrictEqual(['a', 'b']);
  expect(read('generate-patch', 2)).toStrictEqual(['a', 'b']);
  stream.commit('generate-patch', stream.read('generate-patch', 2).at(-1)!.sequence);
  expect(read('generate-patch', 2)).toStrictEqual(['c']);
  expect(read('signal-rebuild')).toStrictEqual(['a', 'b', 'c']);
});

test('keeps checkpoints in the file, and never moves one back', async () => {
  await write('a', 'b');
  const [first, second] = stream.read('c', 10);
  stream.commit('c', second!.sequence);
  stream.commit('c', first!.sequence);
  stream.close();
  stream = new LocalStream(join(directory, 'table.db'));
  expect(read('c')).toStrictEqual([]);
  await write('d');
  expect(read('c')).toStrictEqual(['d']);
});

test('trims what every registered consumer has passed, and nothing more', async () => {
  await write('a', 'b', 'c');
  expect(stream.trim()).toBe(0); // nobody is registered
  stream.register('slow');
  stream.register('fast');
  const records = stream.read('fast', 10);
  stream.commit('fast', records[2]!.sequence);
  expect(stream.trim()).toBe(0);
  stream.commit('slow', records[0]!.sequence);
  stream.register('slow'); // again changes nothing
  expect(stream.trim()).toBe(1);
  expect(read('slow')).toStrictEqual(['b', 'c']);
  expect(read('late')).toStrictEqual(['b', 'c']); // begins at the oldest that is kept, and holds up the trimming
  stream.commit('slow', records[2]!.sequence);
  expect(stream.trim()).toBe(0);
});

test('sequences go on after everything was trimmed, and sort as text as they do as numbers', async () => {
  await write(...Array.from({ length: 10 }, (_, n) => `k${n}`));
  const last = stream.read('c', 100).at(-1)!.sequence;
  stream.commit('c', last);
  expect(stream.trim()).toBe(10);
  await write('last');
  const [next] = stream.read('c', 100);
  expect(BigInt(next!.sequence)).toBe(11n);
  expect(next!.sequence > last && last > '00000000000000000009').toBe(true);
});

test('a write that is refused leaves no record', async () => {
  await expect(table.put({ pk: 'p', sk: 'b', version: 5 }, 4)).rejects.toThrow(/is not at version 4/);
  expect(read('c')).toStrictEqual([]);
});

test('reads on from a sequence without moving the checkpoint', async () => {
  await write('a', 'b', 'c');
  const [first] = stream.read('c', 1);
  expect(stream.read('c', 10, first!.sequence).map((record) => record.key.sk)).toStrictEqual(['b', 'c']);
  expect(stream.read('c', 10)).toHaveLength(3);
});

test('refuses limits, names and sequences that make no sense', async () => {
  await write('a');
  const [record] = stream.read('c', 1);
  for (const limit of [0, -1, 1.5, NaN]) expect(() => stream.read('c', limit)).toThrow(BadInputError);
  for (const name of ['', 'x'.repeat(257), '\ud800']) expect(() => stream.read(name, 1)).toThrow(BadInputError);
  for (const sequence of ['', '-1', '1e3', '00000000000000000002', '9'.repeat(20)]) {
    expect(() => {
      stream.commit('c', sequence);
    }).toThrow(BadInputError);
  }
  expect(() => {
    stream.commit('stranger', record!.sequence);
  }).toThrow('consumer "stranger" is not registered with the stream');
});
