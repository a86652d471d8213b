import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { BadInputError } from '../../domain/errors';

const checkout = resolve(__dirname, '../..');
/** A user who owns nothing. */
const NOBODY = 65_534;

let directory: string;
let state: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sqlite-reading-'));
  chmodSync(directory, 0o755);
  state = join(directory, 'state');
  mkdirSync(state);
  mkdirSync(join(directory, 'tmp'));
  chmodSync(join(directory, 'tmp'), 0o777);
  await write('a');
});
afterEach(() => {
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o755);
  rmSync(directory, { recursive: true });
});

const file = (of: string): string => join(of, 'table.sqlite');
async function write(sk: string): Promise<void> {
  const table = new SqliteFindingTable(file(state));
  await table.put({ pk: 'p', sk, version: 1 }, 0);
  table.close();
}

/** What a process reads that may write to nothing of a directory. */
async function readAsAnother(of: string): Promise<string[]> {
  chmodSync(of, 0o555);
  const code = `
    const { SqliteFindingTable } = require('./adapters/local/sqlite-finding-table');
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
    const table = new SqliteFindingTable(${JSON.stringify(file(of))}, { readOnly: true });
    (async () => {
      const found = await table.query('p');
      const refused = await table.put({ pk: 'p', sk: 'new', version: 1 }, 0).then(() => 'written', () => 'refused');
      table.close();
      console.log(JSON.stringify([...found.map(({ sk }) => sk), refused]));
    })().catch((error) => { console.error(error); process.exit(1); });`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', 'tsx', '--eval', code],
    { cwd: checkout, env: { ...process.env, TMPDIR: join(directory, 'tmp') } },
  );
  return JSON.parse(stdout) as string[];
}
/** Nothing lies where copies are made, but what the compiler of this test keeps there. */
const copies = (): string[] => readdirSync(join(directory, 'tmp')).filter((name) => name.startsWith('golden-images-'));

describe('a table that is only looked at', () => {
  test('is read where neither it nor its directory can be written to, and nothing stays behind', async () => {
    chmodSync(file(state), 0o444);
    expect(await readAsAnother(state)).toEqual(['a', 'refused']);
    expect([readdirSync(state), copies()]).toEqual([['table.sqlite'], []]);
  });

  test('is read with what another run has just committed, while that run has it open', async () => {
    const other = new SqliteFindingTable(file(state));
    await other.put({ pk: 'p', sk: 'b', version: 1 }, 0);
    expect(await readAsAnother(state)).toEqual(['a', 'b', 'refused']);
    expect(copies()).toEqual([]);
    chmodSync(state, 0o755);
    await other.put({ pk: 'p', sk: 'c', version: 1 }, 0);
    expect((await other.query('p')).map(({ sk }) => sk)).toEqual(['a', 'b', 'c']);
    other.close();
  });

  test('is read with what lies beside it in a copy of a directory in use', async () => {
    const other = new SqliteFindingTable(file(state));
    await other.put({ pk: 'p', sk: 'b', version: 1 }, 0);
    const copy = join(directory, 'copy');
    cpSync(state, copy, { recursive: true });
    other.close();
    rmSync(`${file(copy)}-shm`);
    const before = readdirSync(copy);
    expect(before).toEqual(['table.sqlite', 'table.sqlite-wal']);
    expect(await readAsAnother(copy)).toEqual(['a', 'b', 'refused']);
    expect([readdirSync(copy), copies()]).toEqual([before, []]);
  });

  test('takes no write of its owner either, and leaves nothing beside it', async () => {
    const table = new SqliteFindingTable(file(state), { readOnly: true });
    expect((await table.query('p')).map(({ sk }) => sk)).toEqual(['a']);
    await expect(table.put({ pk: 'p', sk: 'new', version: 1 }, 0)).rejects.toThrow(BadInputError);
    table.close();
    expect(readdirSync(state)).toEqual(['table.sqlite']);
  });
});
