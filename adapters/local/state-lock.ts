import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { BadInputError } from '../../domain/errors';
import { fileError } from './files';
import { requireSqlite } from './sqlite-database';

const LOCK_FILE = 'run.lock';
const HOLDER_FILE = 'run.pid';

/** Names of the files that a lock leaves in its directory. */
export const LOCK_FILES = [LOCK_FILE, `${LOCK_FILE}-journal`, HOLDER_FILE] as const;

/**
 * Makes this process the only one that builds from a state directory. The lock is the operating system's, on a file that
 * SQLite opens: it is gone with the process, however that ends.
 * @returns gives the lock back
 * @throws BadInputError where another process has it
 */
export function lockState(directory: string): () => void {
  const { DatabaseSync } = requireSqlite();
  const path = join(directory, LOCK_FILE);
  const holder = join(directory, HOLDER_FILE);
  let lock: Sqlite.DatabaseSync;
  try {
    lock = new DatabaseSync(path);
  } catch (error) {
    throw fileError(path, 'create', error);
  }
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    writeFileSync(holder, `${process.pid}\n`);
  } catch (error) {
    lock.close();
    if (!String(error).includes('locked')) throw fileError(path, 'write', error);
    throw new BadInputError(
      `another golden-images run (process ${holderOf(holder)}) uses the state directory ${directory}`,
      {
        hint: 'wait for its end, or name another --state',
      },
    );
  }
  return () => {
    lock.close();
  };
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
