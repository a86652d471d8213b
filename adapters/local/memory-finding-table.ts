import { ConditionFailedError } from '../../domain/errors';
import type { ChangeRecord, FindingTable } from '../../domain/ports';
import type { ItemKey, TableItem } from '../../domain/table/items';
import { changeRecord, decodeItem, encodeItem, keyBytes, parseSequence, partitionKeyBytes, utf8 } from './item-json';

interface Stored {
  readonly sk: Buffer;
  readonly version: number;
  readonly body: string;
}

/**
 * The finding table in memory, with the same rules as {@link SqliteFindingTable}, for `replay` and for tests. Items
 * are kept as JSON text: what a caller gets is its own copy, and changing it, or the item it put, changes nothing here.
 */
export class MemoryFindingTable implements FindingTable {
  private readonly partitions = new Map<string, Map<string, Stored>>();
  private readonly log: { readonly oldBody: string | undefined; readonly newBody: string | undefined }[] = [];

  /**
   * The change records, oldest first; all are kept.
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
      const bytes = keyBytes(item);
      const body = encodeItem(item, expected);
      const partition = this.partitions.get(pk) ?? new Map<string, Stored>();
      const stored = partition.get(sk);
      if ((stored?.version ?? 0) !== expected) throw new ConditionFailedError(pk, sk, expected);
      this.partitions.set(pk, partition.set(sk, { sk: bytes.sk, version, body }));
      this.log.push({ oldBody: stored?.body, newBody: body });
    });
  }

  delete(key: ItemKey, expected: number): Promise<void> {
    return settled(() => {
      keyBytes(key);
      const partition = this.partitions.get(key.pk);
      const stored = partition?.get(key.sk);
      if (stored?.version !== expected) throw new ConditionFailedError(key.pk, key.sk, expected);
      partition?.delete(key.sk);
      this.log.push({ oldBody: stored.body, newBody: undefined });
    });
  }

  query(pk: string, skPrefix = ''): Promise<TableItem[]> {
    return settled(() => {
      partitionKeyBytes(pk);
      utf8('sort key prefix', skPrefix);
      return [...(this.partitions.get(pk)?.entries() ?? [])]
        .filter(([sk]) => sk.startsWith(skPrefix))
        .sort(([, a], [, b]) => Buffer.compare(a.sk, b.sk))
        .map(([, { body }]) => decodeItem(body));
    });
  }
}

/** Runs the action now; what it throws becomes a rejection. */
function settled<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action());
  });
}
