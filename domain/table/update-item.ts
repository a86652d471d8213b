import { ConditionFailedError } from '../errors';
import type { FindingTable } from '../ports';
import type { ItemKey, TableItem } from './items';

/** How often a write is tried again after another writer was quicker. */
const MAX_TRIES = 10;

/** An item before the table has given it its version. */
export type Draft<T extends TableItem> = Omit<T, 'version'>;

/** What {@link updateItem} came to. */
export interface Updated<T> {
  readonly item: T | undefined;
  readonly written: boolean;
}

/**
 * Reads an item, folds it and writes it back on the condition that nobody else did in between; else again from the
 * start. Every write of the system is one of these.
 * @param fold gets the stored item; returns the next one, or undefined to write nothing
 * @param isType narrows the stored item
 * @returns the item as written, or the stored one where nothing was written, and which of the two
 * @throws ConditionFailedError where others were quicker ten times in a row
 */
export async function updateItem<T extends TableItem>(
  table: FindingTable,
  key: ItemKey,
  isType: (item: TableItem) => item is T,
  fold: (known: T | undefined) => Draft<NoInfer<T>> | undefined,
): Promise<Updated<T>> {
  for (let tries = 1; ; tries++) {
    const stored = await table.get(key);
    const known = stored !== undefined && isType(stored) ? stored : undefined;
    const next = fold(known);
    if (next === undefined) return { item: known, written: false };
    const expected = stored?.version ?? 0;
    const item = { ...next, version: expected + 1 } as unknown as T;
    try {
      await table.put(item, expected);
      return { item, written: true };
    } catch (error) {
      if (!(error instanceof ConditionFailedError) || tries >= MAX_TRIES) throw error;
    }
  }
}
