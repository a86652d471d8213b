import type { ItemKey, TableItem } from './table/items';

/** Tells the time. Injected, so that every decision that depends on it can be tested. */
export type Clock = () => Date;

/** Structured log: a constant message and its facts. */
export interface Logger {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** One record of the table's stream: an item that changed, before and after. */
export interface ChangeRecord {
  /** Position in the stream; later changes have greater ones. */
  readonly sequence: string;
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly key: ItemKey;
  readonly oldImage?: TableItem;
  readonly newImage?: TableItem;
}

/**
 * The table that holds the truth. Writes are conditional on the item's version; each write that changes something
 * appends one change record to the stream, a write that changes nothing (but the version) is the caller's to avoid.
 */
export interface FindingTable {
  /** @returns the item, strongly consistent, or undefined */
  get(key: ItemKey): Promise<TableItem | undefined>;
  /**
   * Creates or replaces an item.
   * @param item its `version` must be `expected + 1`
   * @param expected version that the stored item must have; 0 where it must not exist
   * @throws ConditionFailedError where the stored item has another version
   * @throws BadInputError where the item is over 400 KB as JSON, or a key part is empty or over its limit
   *   (pk 2,048 bytes, sk 1,024 bytes: DynamoDB's)
   */
  put(item: TableItem, expected: number): Promise<void>;
  /** Deletes the item where it is at `expected`. @throws ConditionFailedError otherwise */
  delete(key: ItemKey, expected: number): Promise<void>;
  /** All items of a partition whose sort key begins with the prefix, in sort key order (UTF-8 bytes). */
  query(pk: string, skPrefix?: string): Promise<TableItem[]>;
}
