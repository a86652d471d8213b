import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { TableItem } from '../../domain/table/items';

const checkout = resolve(__dirname, '../..');
let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sqlite-'));
  path = join(directory, 'state', 'table.db');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function thrown(action: () => unknown): GoldenImagesError {
  try {
    action();
  } catch (error) {
    if (error instanceof GoldenImagesError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const item = (sk: string, version = 1): TableItem => ({ pk: 'p', sk, version });

/** A Node process that runs `body` (which may use `table`) on the same file. */
function startProcess(body: string): ReturnType<typeof spawn> {
  const code = `
    const { SqliteFindingTable } = require('./adapters/local/sqlite-finding-table');
    const table = new SqliteFindingTable(${JSON.stringify(path)});
    (async () => { ${body} })().catch((error) => { console.error(error); process.exit(1); });`;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', 'tsx', '--eval', code], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('files that are no finding table', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'text',
      () => {
        writeFileSync(path, 'no database '.repeat(100));
      },
      /is not a database/,
    ],
    [
      'a directory',
      () => {
        mkdirSync(path);
      },
      /cannot be opened/,
    ],
    [
      "another program's database",
      () => {
        const other = new DatabaseSync(path);
        other.exec('CREATE TABLE bookmarks (url TEXT)');
        other.close();
      },
      /is a database of another program/,
    ],
    [
      'one of a newer release',
      () => {
        new SqliteFindingTable(path).close();
        const newer = new DatabaseSync(path);
        newer.exec('UPDATE golden_images_schema SET version = 2');
        newer.close();
      },
      /has schema 2; this release knows 1/,
    ],
  ])('%s is refused with its name and a hint', (_what, prepare, message) => {
    mkdirSync(join(directory, 'state'));
    prepare();
    const error = thrown(() => new SqliteFindingTable(path));
    expect(error).toBeInstanceOf(BadInputError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.hint).toBeTruthy();
  });

  test('they are left byte for byte as they were', () => {
    mkdirSync(join(directory, 'state'));
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    const before = readFileSync(path);
    thrown(() => new SqliteFindingTable(path));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a truncated file is told as damaged', async () => {
    const table = new SqliteFindingTable(path);
    for (let n = 0; n < 500; n += 1) await table.put(item(`k${n}`), 0);
    table.close();
    truncateSync(path, 8192);
    const error = thrown(() => new SqliteFindingTable(path));
    expect(error).toBeInstanceOf(BadInputError);
    expect(error.message).toBe(`${path} is damaged`);
  });

  test('an empty file becomes a table; an empty path and a path below a file do not', () => {
    mkdirSync(join(directory, 'state'));
    writeFileSync(path, '');
    new SqliteFindingTable(path).close();
    expect(thrown(() => new SqliteFindingTable('')).message).toBe('the path of the finding table is empty');
    expect(thrown(() => new SqliteFindingTable(join(path, 'below', 'table.db'))).message).toBe(
      `cannot create ${join(path, 'below')}: a part of the path is a file`,
    );
  });

  test.each(['file:table.db?mode=memory', ':memory:', "it's 100% #1.db"])('%s is a plain file name', async (name) => {
    const named = join(directory, name);
    const table = new SqliteFindingTable(named);
    await table.put(item('a'), 0);
    table.close();
    expect(readFileSync(named).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

describe('several processes', () => {
  test('a lock that is not had in time is a clear error, and the write can be retried', async () => {
    const table = new SqliteFindingTable(path, { lockTimeoutMs: 50 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    const error = await table.put(item('a'), 0).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(GoldenImagesError);
    expect((error as GoldenImagesError).message).toBe(`${path} is locked by another process for more than 0.05 s`);
    expect((error as GoldenImagesError).hint).toContain('retry');
    expect(await table.get(item('a'))).toBeUndefined(); // readers do not wait for a writer
    other.exec('ROLLBACK');
    other.close();
    await table.put(item('a'), 0);
    table.close();
  });

  test('four that open the same new files at the same moment all get a table', async () => {
    const children = Array.from({ length: 4 }, (_, child) =>
      startProcess(`
        const fs = require('fs');
        fs.writeSync(1, 'ready');
        while (!fs.existsSync(${JSON.stringify(join(directory, 'go'))})) {}
        for (let n = 0; n < 40; n += 1) {
          const one = new SqliteFindingTable(${JSON.stringify(path)} + n);
          await one.put({ pk: 'p', sk: 'k${child}', version: 1 }, 0);
          one.close();
        }`),
    );
    await Promise.all(children.map((child) => once(child.stdout!, 'data')));
    const exits = children.map((child) => once(child, 'exit'));
    writeFileSync(join(directory, 'go'), '');
    expect((await Promise.all(exits)).map(([code]) => code as unknown)).toStrictEqual([0, 0, 0, 0]);
    for (let n = 0; n < 40; n += 1) {
      const table = new SqliteFindingTable(`${path}${n}`);
      expect((await table.query('p')).map(({ sk }) => sk)).toStrictEqual(['k0', 'k1', 'k2', 'k3']);
      table.close();
    }
  });

  test('four that count in one item lose no count', async () => {
    const children = Array.from({ length: 4 }, () =>
      startProcess(`
        for (let done = 0; done < 100; ) {
          const version = (await table.get({ pk: 'p', sk: 'count' }))?.version ?? 0;
          try { await table.put({ pk: 'p', sk: 'count', version: version + 1 }, version); done += 1; }
          catch (error) { if (error.name !== 'ConditionFailedError') throw error; }
        }`),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number | null));
    expect(codes).toStrictEqual([0, 0, 0, 0]);
    const table = new SqliteFindingTable(path);
    expect(await table.get(item('count'))).toStrictEqual(item('count', 400));
    table.close();
  });

  test('one that is killed while it writes has lost nothing that it had told as written', async () => {
    const child = startProcess(`
      for (let n = 0; ; n += 1) { await table.put({ pk: 'p', sk: 'k' + n, version: 1 }, 0); require('fs').writeSync(1, n + '\\n'); }`);
    let told = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk;
      if (told.length > 2000) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(told.trimEnd().split('\n').at(-2)); // the last line may be cut
    expect(last).toBeGreaterThan(100);
    const table = new SqliteFindingTable(path);
    const keys = Array.from({ length: last + 1 }, (_, n) => item(`k${n}`));
    expect(await Promise.all(keys.map((key) => table.get(key)))).toStrictEqual(keys);
    table.close();
  });
});
