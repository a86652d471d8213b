import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SqliteFindingTable } from '../../../adapters/local/sqlite-finding-table';
import type { TableItem } from '../../../domain/table/items';
import { namesIn } from './fake-store';

/** Attributes that tell when, or how often, something was written: no two runs agree on them. */
const TIMES = new Set(['version', 'stateSince', 'times', 'since', 'day', 'residualSince']);
/** The same in the papers, which are texts; and the id of an OpenVEX document, which is made of its content. */
const PAPER_TIMES = /"(?:secondsToPatch|secondsFromFix|@id|timestamp)": [^\n]*/g;
/** Longer than the whole test takes. */
const RUN_MS = 3_600_000;
const DATE_TAG = /\d{4}-\d{2}-\d{2}\.(?=\d)/g;

/** Where `patch` has come to: everything that outlives a run, without times. */
export interface EndState {
  readonly items: readonly unknown[];
  /** Value of each image's parameter. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Scripts and audit papers by path. */
  readonly papers: Readonly<Record<string, string>>;
  /** Names in the engine's store and their images. */
  readonly names: Readonly<Record<string, string>>;
  /** Outcomes of the builds by id. */
  readonly builds: Readonly<Record<string, string>>;
}

/** Reads the end state of a workspace: `state/` is the state directory, `store/` the fake engine's. */
export async function readEndState(directory: string): Promise<EndState> {
  const state = join(directory, 'state');
  const papers = { ...(await textsBelow(state, 'scripts')), ...(await textsBelow(state, 'audit')) };
  const signals = await textsBelow(state, 'signals');
  const builds = await textsBelow(state, 'builds');
  return {
    items: await readItems(join(state, 'table.sqlite')),
    // Versions count up: the last of a directory is the parameter's value.
    parameters: Object.fromEntries(
      Object.entries(signals).map(([path, value]) => [path.slice(0, path.lastIndexOf('/')), value]),
    ),
    papers: mapValues(papers, (text) => withoutMoments(withoutDates(text)).replaceAll(PAPER_TIMES, '')),
    names: Object.fromEntries(Object.entries(await namesIn(directory)).map(([name, id]) => [withoutDates(name), id])),
    builds,
  };
}

async function readItems(file: string): Promise<unknown[]> {
  const table = new SqliteFindingTable(file);
  try {
    const items: TableItem[] = [];
    for (const partition of await table.partitions('')) items.push(...(await table.query(partition)));
    return JSON.parse(
      withoutDates(JSON.stringify(items, (key, value: unknown) => (TIMES.has(key) ? undefined : value))),
    ) as unknown[];
  } finally {
    table.close();
  }
}

/** Texts of the files below a directory by path; what a killed run has left half done (`.tmp-…`) is nobody's. */
async function textsBelow(root: string, directory: string): Promise<Record<string, string>> {
  const entries = await readdir(join(root, directory), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.tmp-'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')] as const)),
  );
}

function withoutDates(text: string): string {
  return text.replaceAll(DATE_TAG, '<date>.');
}

/** Without the moments of a run itself; what findings tell of their own times stays. */
function withoutMoments(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}-\d{2}T[0-9:.]+Z/g, (moment) =>
    Date.now() - Date.parse(moment) < RUN_MS ? '<moment>' : moment,
  );
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
