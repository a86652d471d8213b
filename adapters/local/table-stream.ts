import type { StatementSync } from 'node:sqlite';
import { BadInputError } from '../../domain/errors';
import type { ChangeRecord } from '../../domain/ports';
import { isWellFormed, quoted } from '../shared/text';
import { changeRecord, parseSequence } from './change-record';
import { openLocalDatabase, type LocalDatabase, type LocalDatabaseOptions } from './sqlite-database';

type Name = 'read' | 'checkpoint' | 'register' | 'commit' | 'last' | 'trim';

function prepareStatements(database: LocalDatabase): Readonly<Record<Name, StatementSync>> {
  return database.run((sqlite) => ({
    read: sqlite.prepare(
      'SELECT sequence, old_body, new_body FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?',
    ),
    checkpoint: sqlite.prepare('SELECT sequence FROM checkpoints WHERE consumer = ?'),
    register: sqlite.prepare('INSERT INTO checkpoints (consumer, sequence) VALUES (?, 0) ON CONFLICT DO NOTHING'),
    commit: sqlite.prepare('UPDATE checkpoints SET sequence = max(sequence, ?) WHERE consumer = ?'),
    last: sqlite.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'changes'"),
    trim: sqlite.prepare('DELETE FROM changes WHERE sequence <= (SELECT min(sequence) FROM checkpoints)'),
  }));
}

function assertName(consumer: string): void {
  if (consumer === '' || consumer.length > 256 || !isWellFormed(consumer)) {
    throw new BadInputError(`${quoted(consumer)} is not a consumer's name`, { hint: 'use 1 to 256 characters' });
  }
}

/**
 * The stream of a {@link SqliteFindingTable}'s file: every change in order, read by named consumers each at its own
 * pace. At least once: what was read and not committed is read again. Writers follow one another, so sequences become
 * visible in their order and a checkpoint never jumps over a change that is still to appear.
 */
export class LocalStream {
  private readonly database: LocalDatabase;
  private readonly statements: Readonly<Record<Name, StatementSync>>;

  /**
   * Opens the table's file.
   * @throws BadInputError where the file is not a finding table, newer than this release or not accessible
   */
  constructor(path: string, options: LocalDatabaseOptions = {}) {
    this.database = openLocalDatabase(path, options);
    this.statements = prepareStatements(this.database);
  }

  /** Makes a consumer known, before the oldest record that is kept, so that {@link trim} waits for it. Idempotent. */
  register(consumer: string): void {
    assertName(consumer);
    this.database.run(() => this.statements.register.run(consumer));
  }

  /**
   * The changes after the consumer's checkpoint, oldest first. Reading registers the consumer and moves nothing.
   * @param limit most records to give, a whole number from 1
   * @param after reads on from that sequence instead of the checkpoint
   */
  read(consumer: string, limit: number, after?: string): ChangeRecord[] {
    if (!Number.isSafeInteger(limit) || limit < 1) throw new BadInputError(`limit ${limit} is not a count from 1`);
    const checkpoint = this.checkpoint(consumer);
    if (checkpoint === undefined) this.register(consumer);
    const from = after === undefined ? (checkpoint ?? 0) : parseSequence(after);
    const rows = this.database.run(() => this.statements.read.all(from, limit));
    return rows.map((row) => changeRecord(Number(row['sequence']), text(row['old_body']), text(row['new_body'])));
  }

  /**
   * Moves the consumer's checkpoint: this record and those before it are done with. It never moves back, so that a
   * late or repeated commit changes nothing.
   * @throws BadInputError where the consumer never registered or read, or the stream has not come to that sequence
   */
  commit(consumer: string, sequence: string): void {
    const position = parseSequence(sequence);
    const last = Number(this.database.run(() => this.statements.last.get())?.['seq'] ?? 0);
    if (position > last) {
      throw new BadInputError(`sequence ${sequence} is beyond the end of the stream, ${last}`);
    }
    assertName(consumer);
    const { changes } = this.database.run(() => this.statements.commit.run(position, consumer));
    if (changes === 0) {
      throw new BadInputError(`consumer ${quoted(consumer)} is not registered with the stream`, {
        hint: 'call register or read first',
      });
    }
  }

  /** Deletes the records that every registered consumer has passed; none where there is no consumer. @returns how many */
  trim(): number {
    return Number(this.database.run(() => this.statements.trim.run()).changes);
  }

  /** Closes the file. Nothing may be called afterwards but `close`. */
  close(): void {
    this.database.close();
  }

  private checkpoint(consumer: string): number | undefined {
    assertName(consumer);
    const row = this.database.run(() => this.statements.checkpoint.get(consumer));
    return row && Number(row['sequence']);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
