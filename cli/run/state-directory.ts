import { lstat, mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, fileError } from '../../adapters/local/files';
import { FileRebuildSignal } from '../../adapters/local/file-rebuild-signal';
import { FileScriptStore } from '../../adapters/local/file-script-store';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { LOCK_FILES } from '../../adapters/local/state-lock';
import { LocalStream } from '../../adapters/local/table-stream';
import { BadInputError } from '../../domain/errors';
import { userPath } from '../user-path';
import { KEPT_CONFIG } from './kept-config';

/** State directory where none is named. */
export const DEFAULT_STATE = '.golden-images';

const TABLE = 'table.sqlite';

/** Everything that the local mode keeps, in one directory that can be moved or deleted as a whole. */
export interface KnownState {
  /** Absolute path. */
  readonly path: string;
  readonly table: SqliteFindingTable;
  readonly scripts: FileScriptStore;
  readonly signal: FileRebuildSignal;
  /** Directory of the builds' logs and outcomes. */
  readonly builds: string;
  /** Closes the table's file. */
  close(): void;
}

/** The state directory of a run that decides. */
export interface StateDirectory extends KnownState {
  readonly stream: LocalStream;
  /**
   * Closes it and, where this run has made it and its table is empty, takes it away again: a run that came to nothing
   * leaves no state behind.
   */
  discard(): Promise<void>;
}

/**
 * Opens a state directory, making it where there is none.
 * @throws BadInputError where it cannot be used
 */
export async function openStateDirectory(directory: string | undefined): Promise<StateDirectory> {
  const path = userPath(directory ?? DEFAULT_STATE);
  const made = await makeDirectories(path);
  const database = join(path, TABLE);
  const isNew = (await stat(database).catch(() => undefined)) === undefined;
  const state = known(path, new SqliteFindingTable(database));
  const stream = new LocalStream(database);
  const close = (): void => {
    stream.close();
    state.close();
  };
  return {
    ...state,
    stream,
    close,
    discard: async () => {
      const isEmpty = isNew && (await state.table.partitions('')).length === 0;
      close();
      if (isEmpty) await takeAway(path, made);
    },
  };
}

/**
 * Opens the state directory of an earlier run.
 * @param options.writes false: it is looked at only, and may be one that this user cannot write to
 * @throws BadInputError where there is none, or it cannot be used
 */
export async function openKnownState(
  directory: string | undefined,
  options: { readonly writes: boolean },
): Promise<KnownState> {
  const path = userPath(directory ?? DEFAULT_STATE);
  const database = join(path, TABLE);
  await stat(database).catch((error: unknown) => {
    if (errorCode(error) === 'EACCES') throw fileError(database, 'read', error);
    throw new BadInputError(`--state ${directory ?? DEFAULT_STATE}: there is no state of an earlier run`, {
      hint: 'run "golden-images patch" first, or name its state directory',
    });
  });
  return known(path, new SqliteFindingTable(database, { readOnly: !options.writes }));
}

function known(path: string, table: SqliteFindingTable): KnownState {
  return {
    path,
    table,
    scripts: new FileScriptStore(path),
    signal: new FileRebuildSignal(path),
    builds: join(path, 'builds'),
    close: () => {
      table.close();
    },
  };
}

/**
 * Makes a directory and those above it, one after the other: with `recursive`, Node 22 tries for ever below a directory
 * that takes none, such as /proc.
 * @returns those that were not there before, outermost first
 */
async function makeDirectories(path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  if (missing.length === 0 && !(await stat(path)).isDirectory())
    throw fileError(path, 'create', Object.assign(new Error('it is a file'), { code: 'EEXIST' }));
  for (const directory of missing)
    await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
      // Another run has made it meanwhile.
      if (errorCode(error) === 'EEXIST') return;
      if (errorCode(error) !== 'ENOENT') throw fileError(directory, 'create', error);
      throw new BadInputError(`cannot create ${directory}: no directory can be made in ${dirname(directory)}`, {
        hint: 'choose another state directory',
        cause: error,
      });
    });
  return missing;
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

async function takeAway(path: string, made: readonly string[]): Promise<void> {
  const files = [TABLE, `${TABLE}-wal`, `${TABLE}-shm`, KEPT_CONFIG, ...LOCK_FILES];
  for (const file of files) await rm(join(path, file), { force: true });
  // What holds anything else stays.
  for (const directory of [...made].reverse()) await rmdir(directory).catch(() => undefined);
}
