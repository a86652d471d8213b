import { ConditionFailedError } from '../../domain/errors';
import type { ChangeRecord, FindingTable } from '../../domain/ports';
import type { ItemKey, TableItem } from '../../domain/table/items';
import { decodeItem, encodeItem, keyBytes, partitionKeyBytes } from '../shared/item-json';
import { utf8 } from '../shared/text';
import { changeRecord, parseSequence } from './change-record';

interface Stored {
  readonly version: number;
  readonly body: string;
}

/** What a table in memory keeps beside its items. */
export interface MemoryFindingTableOptions {
  /** Whether the change records are kept: each holds the item as it was. @default true */
  readonly keepsChanges?: boolean;
}

/**
 * The finding table in memory, with the same rules as {@link SqliteFindingTable}, for `replay` and for tests. Items
 * are kept as JSON text: what a caller gets is its own copy, and changing it, or the item it put, changes nothing here.
 */
export class MemoryFindingTable implements FindingTable {
  private readonly partitions = new Map<string, Map<string, Stored>>();
  private readonly log: { readonly oldBody: string | undefined; readonly newBody: string | undefined }[] = [];
  private readonly keepsChanges: boolean;

  constructor({ keepsChanges = true }: MemoryFindingTableOptions = {}) {
    this.keepsChanges = keepsChanges;
  }

  /**
   * The change records, oldest first; all are kept, or none.
   * @param after gives only those after this sequence
   * @throws BadInputError where `after` is not a sequence
   */
  changes(after?: string): ChangeRecord[] {
    const start = after === undefined ? 0 : parseSequence(after);
    return this.log
      .slice(start)
      .map(({ oldBody, newBody }, index) => changeRecord(start + index + 1, oldBody, newBody));
  }

  get(key: ItemKey): Promise<TableItem | undefined> {
    return settled(() => {
      keyBytes(key);
      const stored = this.partitions.get(key.pk)?.get(key.sk);
      return stored && decodeItem(stored.body);
    });
  }

  put(item: TableItem, expected: number): Promise<void> {
    return settled(() => {
      const { pk, sk, version } = item;
      keyBytes(item);
      const body = encodeItem(item, expected);
      const partition = this.partitions.get(pk) ?? new Map<string, Stored>();
      const stored = partition.get(sk);
      if ((stored?.version ?? 0) !== expected) throw new ConditionFailedError(pk, sk, expected);
      this.partitions.set(pk, partition.set(sk, { version, body }));
      if (this.keepsChanges) this.log.push({ oldBody: stored?.body, newBody: body });
    });
  }

  delete(key: ItemKey, expected: number): Promise<void> {
    return settled(() => {
      keyBytes(key);
      const partition = this.partitions.get(key.pk);
      const stored = partition?.get(key.sk);
      if (stored?.version !== expected) throw new ConditionFailedError(key.pk, key.sk, expected);
      partition?.delete(key.sk);
      if (this.keepsChanges) this.log.push({ oldBody: stored.body, newBody: undefined });
    });
  }

  query(pk: string, skPrefix = ''): Promise<TableItem[]> {
    return settled(() => [...this.read(pk, skPrefix)]);
  }

  /** The items that {@link query} gives, one at a time: for those who look at each once and keep none. */
  *read(pk: string, skPrefix = ''): Generator<TableItem> {
    partitionKeyBytes(pk);
    utf8('sort key prefix', skPrefix);
    const partition = this.partitions.get(pk) ?? new Map<string, Stored>();
    const keys = [...partition.keys()].filter((sk) => sk.startsWith(skPrefix)).sort(compareUtf8);
    for (const sk of keys) {
      const stored = partition.get(sk);
      if (stored !== undefined) yield decodeItem(stored.body);
    }
  }
}

/**
 * Compares two well-formed texts by their UTF-8 bytes. Code units have the same order, but for surrogates: what they
 * stand for is above every character of one unit.
 */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a !== b) return (isSurrogate(a) ? a + 0x10000 : a) - (isSurrogate(b) ? b + 0x10000 : b);
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Runs the action now; what it throws becomes a rejection. */
function settled<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action());
  });
}
