import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import { BadInputError, EngineError, GoldenImagesError } from '../../domain/errors';
import { fileError, memberOf } from './files';
import { openForReading, type OpenFile } from './sqlite-reading';

/** Version of the layout of the file; a file of a greater one is refused, never changed. */
const SCHEMA_VERSION = 1;

/** How the file is opened. */
export interface LocalDatabaseOptions {
  /** How long a write waits for another process's, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** True: nothing is written, and neither the file nor its directory need be writable. @default false */
  readonly readOnly?: boolean;
}

/** When a transaction takes the write lock. */
type TransactionMode = 'IMMEDIATE' | 'DEFERRED';

/** An open file of the local mode. */
export interface LocalDatabase {
  /** Absolute path, for messages. */
  readonly path: string;
  /**
   * Runs something on the database.
   * @throws BadInputError where the file is damaged, not a database or must not be written
   * @throws GoldenImagesError where the lock was not to be had in time, the disk is full or failing
   */
  run<T>(action: (database: Sqlite.DatabaseSync) => T): T;
  /**
   * The same within one transaction: all of it or, where it throws, nothing.
   * @param mode IMMEDIATE holds the write lock from its beginning; DEFERRED is for reading as of one moment
   */
  transaction<T>(mode: TransactionMode, action: (database: Sqlite.DatabaseSync) => T): T;
  /** Closes the file; again is harmless. */
  close(): void;
}

/*
 * Keys are BLOBs: SQLite orders those by memcmp, which on UTF-8 is DynamoDB's order, and takes a NUL for a byte like any
 * other. The triggers write the stream, so no write can leave its record out. `readable_items` is for people.
 */
const SCHEMA = `
  CREATE TABLE golden_images_schema (version INTEGER NOT NULL) STRICT;
  INSERT INTO golden_images_schema VALUES (${SCHEMA_VERSION});
  CREATE TABLE items (pk BLOB NOT NULL, sk BLOB NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (pk, sk)) STRICT;
  CREATE TABLE changes (sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL CHECK (event IN ('INSERT', 'MODIFY', 'REMOVE')), old_body TEXT, new_body TEXT) STRICT;
  CREATE TABLE checkpoints (consumer TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  CREATE TRIGGER item_inserted AFTER INSERT ON items BEGIN
    INSERT INTO changes (event, new_body) VALUES ('INSERT', NEW.body); END;
  CREATE TRIGGER item_modified AFTER UPDATE ON items BEGIN
    INSERT INTO changes (event, old_body, new_body) VALUES ('MODIFY', OLD.body, NEW.body); END;
  CREATE TRIGGER item_removed AFTER DELETE ON items BEGIN
    INSERT INTO changes (event, old_body) VALUES ('REMOVE', OLD.body); END;
  CREATE VIEW readable_items AS SELECT CAST(pk AS TEXT) AS pk, CAST(sk AS TEXT) AS sk, version, body FROM items;
`;

/** Primary result codes, https://sqlite.org/rescode.html (the low byte of an extended one). */
const BUSY = 5;
const MESSAGES: ReadonlyMap<number, readonly [user: boolean, what: string, hint: string]> = new Map([
  [BUSY, [false, 'is locked by another process', 'wait for the other golden-images run to end, or stop it, and retry']],
  [6, [false, 'is locked', 'wait for the other golden-images run to end, or stop it, and retry']],
  [8, [true, 'must not be written', 'make the file and its directory writable, or choose another state directory']],
  [10, [false, 'cannot be read or written: the disk fails', 'check the disk, then retry']],
  [11, [true, 'is damaged', 'restore it from a copy, or move it away to begin anew']],
  [13, [false, 'cannot grow: no space is left on the device', 'free some space, then retry; nothing was half written']],
  [14, [true, 'cannot be opened', 'check that it is a file and that you may read and write it and its directory']],
  [26, [true, 'is not a database', 'choose another file, or move this one away to begin anew']],
]);

function resultCode(error: unknown): number | undefined {
  const code = memberOf(error, 'errcode');
  return typeof code === 'number' ? code & 0xff : undefined;
}

function databaseError(path: string, lockTimeoutMs: number, error: unknown): unknown {
  const code = resultCode(error);
  const [user, what, hint] = (code === undefined ? undefined : MESSAGES.get(code)) ?? [];
  if (what === undefined) return error;
  const message = `${path} ${what}${code === BUSY ? ` for more than ${lockTimeoutMs / 1000} s` : ''}`;
  const options = { hint, cause: error };
  return user === true ? new BadInputError(message, options) : new GoldenImagesError('internal', message, options);
}

/** @returns the file's schema version; 0 for an empty file. Changes nothing. */
function schemaVersion(database: Sqlite.DatabaseSync, path: string): number {
  const names = database.prepare('SELECT name FROM sqlite_schema').all();
  if (names.length === 0) return 0;
  const version = names.some(({ name }) => name === 'golden_images_schema')
    ? database.prepare('SELECT version FROM golden_images_schema').get()?.['version']
    : undefined;
  if (typeof version !== 'number') {
    throw new BadInputError(`${path} is a database of another program`, {
      hint: 'choose another file for the finding table',
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new BadInputError(`${path} has schema ${version}; this release knows ${SCHEMA_VERSION}`, {
      hint: 'a newer golden-images wrote it: use that release, or another state directory',
    });
  }
  return version;
}

function transaction<T>(
  database: Sqlite.DatabaseSync,
  mode: TransactionMode,
  action: (database: Sqlite.DatabaseSync) => T,
): T {
  database.exec(`BEGIN ${mode}`);
  try {
    const result = action(database);
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Switching to WAL does not wait for locks as other statements do, so two first openers would collide. */
function switchToWal(database: Sqlite.DatabaseSync, lockTimeoutMs: number): void {
  for (const deadline = Date.now() + lockTimeoutMs; ;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (resultCode(error) !== BUSY || Date.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function prepareFile(database: Sqlite.DatabaseSync, path: string, lockTimeoutMs: number): void {
  const version = schemaVersion(database, path);
  switchToWal(database, lockTimeoutMs);
  // In WAL mode NORMAL loses nothing when the process dies; a power cut may take the last commits, never the rest.
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF');
  if (version === SCHEMA_VERSION) return;
  transaction(database, 'IMMEDIATE', () => {
    if (schemaVersion(database, path) === 0) database.exec(SCHEMA);
  });
}

function openForWriting(sqlite: typeof Sqlite, path: string, lockTimeoutMs: number): OpenFile {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw fileError(dirname(path), 'create', error);
  }
  const database = new sqlite.DatabaseSync(path, { timeout: lockTimeoutMs });
  return {
    database,
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

/**
 * Node's own SQLite.
 * @throws EngineError where this Node has none
 */
export function requireSqlite(): typeof Sqlite {
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) {
    throw new EngineError(`Node ${process.versions.node} has no node:sqlite`, {
      hint: 'run through npm, which uses the Node 22 of node_modules',
    });
  }
  return sqlite;
}

/**
 * Opens the database file of the local mode, creating it and its directory where they are not there.
 * Several processes may have the same file open; not over a network file system (WAL needs shared memory).
 * @throws BadInputError where the file is not ours, newer than this release, damaged or not accessible
 * @throws EngineError where this Node has no node:sqlite
 */
export function openLocalDatabase(file: string, options: LocalDatabaseOptions = {}): LocalDatabase {
  const { lockTimeoutMs = 5000, readOnly = false } = options;
  if (file === '') throw new BadInputError('the path of the finding table is empty');
  const path = resolve(file); // absolute, so that neither `:memory:` nor `file:` means anything special
  const sqlite = requireSqlite();
  const guard = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw databaseError(path, lockTimeoutMs, error);
    }
  };
  const { database, close } = guard(() =>
    readOnly ? openForReading(sqlite, path, lockTimeoutMs) : openForWriting(sqlite, path, lockTimeoutMs),
  );
  try {
    guard(() => {
      if (!readOnly) {
        prepareFile(database, path, lockTimeoutMs);
        return;
      }
      // Whatever it was opened as: a copy would take a write, and lose it.
      database.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF');
      if (schemaVersion(database, path) === 0)
        throw new BadInputError(`${path} is empty`, { hint: 'an earlier run was cut off: run "golden-images patch"' });
    });
  } catch (error) {
    close();
    throw error;
  }
  return {
    path,
    run: (action) => guard(() => action(database)),
    transaction: (mode, action) => guard(() => transaction(database, mode, action)),
    close,
  };
}
