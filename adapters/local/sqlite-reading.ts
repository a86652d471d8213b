import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { fileError } from './files';

/** A database file that is open. */
export interface OpenFile {
  readonly database: Sqlite.DatabaseSync;
  /** Closes it; again is harmless. */
  readonly close: () => void;
}

/**
 * Opens a database in WAL mode to read it, also one that this user must not write to. SQLite wants to make two files
 * beside it (`-wal`, `-shm`) even for reading, and takes them away where it may write
 * (https://sqlite.org/wal.html#read_only_databases). So:
 * - where file and directory can be written to, it is opened as ever, and nothing stays behind;
 * - where another process has it open, its two files are there to be used;
 * - else nobody writes to it, and a copy is read.
 * @throws Error of SQLite or of the file system where it cannot be read
 */
export function openForReading(sqlite: typeof Sqlite, path: string, lockTimeoutMs: number): OpenFile {
  const options = { timeout: lockTimeoutMs };
  if (isWritable(path) && isWritable(dirname(path))) return openFile(new sqlite.DatabaseSync(path, options));
  if (existsSync(`${path}-shm`)) {
    const shared = openFile(new sqlite.DatabaseSync(path, { ...options, readOnly: true }));
    if (canRead(shared)) return shared;
    shared.close();
  }
  const copy = copyOf(path);
  try {
    return openFile(new sqlite.DatabaseSync(copy.path, options), copy.remove);
  } catch (error) {
    copy.remove();
    throw error;
  }
}

function openFile(database: Sqlite.DatabaseSync, afterwards: () => void = () => undefined): OpenFile {
  return {
    database,
    close: () => {
      if (!database.isOpen) return;
      database.close();
      afterwards();
    },
  };
}

/** True where the files beside it, as they are, can be used. */
function canRead({ database }: OpenFile): boolean {
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return true;
  } catch {
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A copy with what was committed last, which may lie in the `-wal` file still. */
function copyOf(path: string): { readonly path: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'golden-images-'));
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  const copy = join(directory, basename(path));
  try {
    copyFileSync(path, copy);
    chmodSync(copy, 0o600);
    if (!existsSync(`${path}-wal`)) return { path: copy, remove };
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    chmodSync(`${copy}-wal`, 0o600);
  } catch (error) {
    remove();
    throw fileError(path, 'read', error);
  }
  return { path: copy, remove };
}
