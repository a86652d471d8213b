import fc from 'fast-check';
import type { FindingTable } from '../../domain/ports';

/** One call of a table. */
export type TableCall = (table: FindingTable) => Promise<unknown>;

/**
 * Calls on a few keys and versions, some of which are refused: for programs that two implementations must answer alike.
 * @param values JSON values of an item's attribute
 */
export function anyCall(values: fc.Arbitrary<unknown>): fc.Arbitrary<TableCall> {
  const key = fc.record({
    pk: fc.constantFrom('A', 'B'),
    sk: fc.constantFrom('f', 'f#', 'f#1', '\uff5e', '😀', '\ud800'),
  });
  const version = fc.integer({ min: 0, max: 3 });
  const put = fc.record({ key, version, value: values }).map(
    (c): TableCall =>
      (table) =>
        table.put({ ...c.key, version: c.version + 1, value: c.value }, c.version),
  );
  const remove = fc.record({ key, version }).map(
    (c): TableCall =>
      (table) =>
        table.delete(c.key, c.version),
  );
  const get = key.map(
    (k): TableCall =>
      (table) =>
        table.get(k),
  );
  const query = key.map(
    (k): TableCall =>
      (table) =>
        table.query(k.pk, k.sk),
  );
  return fc.oneof(
    { weight: 4, arbitrary: put },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: get },
    { weight: 1, arbitrary: query },
  );
}

/** What a call came to: its value, or the name and message of its error. */
export async function outcomeOf(call: TableCall, table: FindingTable): Promise<unknown> {
  try {
    return await call(table);
  } catch (error) {
    return String(error);
  }
}
