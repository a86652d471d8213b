import type { StatementSync } from 'node:sqlite';
import { ConditionFailedError } from '../../domain/errors';
import type { FindingTable } from '../../domain/ports';
import type { ItemKey, TableItem } from '../../domain/table/items';
import { decodeItem, encodeItem, keyBytes, partitionKeyBytes } from '../shared/item-json';
import { utf8 } from '../shared/text';
import { openLocalDatabase, type LocalDatabase, type LocalDatabaseOptions } from './sqlite-database';

/** Runs the action now; what it throws becomes a rejection. */
function promised<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action());
  });
}

function prepareStatements(database: LocalDatabase): Readonly<Record<Name, StatementSync>> {
  return database.run((sqlite) => ({
    partitions: sqlite.prepare('SELECT DISTINCT CAST(pk AS TEXT) AS pk FROM items ORDER BY pk'),
    get: sqlite.prepare('SELECT body FROM items WHERE pk = ? AND sk = ?'),
    partition: sqlite.prepare('SELECT body FROM items WHERE pk = ? ORDER BY sk'),
    range: sqlite.prepare('SELECT body FROM items WHERE pk = ? AND sk >= ? AND sk < ? ORDER BY sk'),
    insert: sqlite.prepare(
      'INSERT INTO items (pk, sk, version, body) VALUES (?, ?, ?, ?) ON CONFLICT (pk, sk) DO NOTHING',
    ),
    update: sqlite.prepare('UPDATE items SET version = ?, body = ? WHERE pk = ? AND sk = ? AND version = ?'),
    delete: sqlite.prepare('DELETE FROM items WHERE pk = ? AND sk = ? AND version = ?'),
  }));
}
type Name = 'partitions' | 'get' | 'partition' | 'range' | 'insert' | 'update' | 'delete';

/** The least text of bytes that is greater than every one with this prefix. UTF-8 has no byte 0xFF to overflow. */
function afterPrefix(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

function bodyOf(row: Readonly<Record<string, unknown>>): TableItem {
  return decodeItem(String(row['body']));
}

/**
 * The finding table in one SQLite file: conditional writes, limits and order as DynamoDB has them, and a change
 * record of every write, in the same transaction, for {@link LocalStream}.
 *
 * Each put and delete is one statement and so one transaction that holds the write lock from its first read on (what
 * BEGIN IMMEDIATE does for several); a lock not had within 5 s is a GoldenImagesError. A committed write outlives the
 * process; a power cut may take the last ones. Keys and values with a lone surrogate are refused with BadInputError
 * (UTF-8 has none), every other character, NUL too, comes back as it was.
 */
export class SqliteFindingTable implements FindingTable {
  private readonly database: LocalDatabase;
  private readonly statements: Readonly<Record<Name, StatementSync>>;

  /**
   * Opens the file, creating it where there is none.
   * @throws BadInputError where the file is not a finding table, newer than this release or not accessible
   */
  constructor(path: string, options: LocalDatabaseOptions = {}) {
    this.database = openLocalDatabase(path, options);
    this.statements = prepareStatements(this.database);
  }

  /** Closes the file. Nothing may be called afterwards but `close`. */
  close(): void {
    this.database.close();
  }

  async get(key: ItemKey): Promise<TableItem | undefined> {
    return await promised(() => this.database.run(() => this.read(key)));
  }

  async put(item: TableItem, expected: number): Promise<void> {
    await promised(() => {
      this.database.run(() => {
        this.write(item, expected);
      });
    });
  }

  async delete(key: ItemKey, expected: number): Promise<void> {
    await promised(() => {
      const { pk, sk } = keyBytes(key);
      const { changes } = this.database.run(() => this.statements.delete.run(pk, sk, expected));
      if (changes === 0) throw new ConditionFailedError(key.pk, key.sk, expected);
    });
  }

  async query(pk: string, skPrefix = ''): Promise<TableItem[]> {
    return await promised(() => {
      const partition = partitionKeyBytes(pk);
      const prefix = utf8('sort key prefix', skPrefix);
      return this.database.run(() => {
        const rows =
          prefix.length === 0
            ? this.statements.partition.all(partition)
            : this.statements.range.all(partition, prefix, afterPrefix(prefix));
        return rows.map(bodyOf);
      });
    });
  }

  /** The partition keys that begin with the prefix, in their order. */
  async partitions(prefix: string): Promise<string[]> {
    return await promised(() =>
      this.database.run(() =>
        this.statements.partitions
          .all()
          .map((row) => String(row['pk']))
          .filter((pk) => pk.startsWith(prefix)),
      ),
    );
  }

  private read(key: ItemKey): TableItem | undefined {
    const { pk, sk } = keyBytes(key);
    const row = this.statements.get.get(pk, sk);
    return row && bodyOf(row);
  }

  private write(item: TableItem, expected: number): void {
    const { pk, sk } = keyBytes(item);
    const body = encodeItem(item, expected);
    const { changes } =
      expected === 0
        ? this.statements.insert.run(pk, sk, item.version, body)
        : this.statements.update.run(item.version, body, pk, sk, expected);
    if (changes === 0) throw new ConditionFailedError(item.pk, item.sk, expected);
  }
}
