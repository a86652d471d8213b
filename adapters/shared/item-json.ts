import { BadInputError } from '../../domain/errors';
import type { ItemKey, TableItem } from '../../domain/table/items';
import { isWellFormed, quoted, utf8 } from './text';

/** Most bytes of an item, as JSON in UTF-8. Source: DynamoDB, "Item size", 400 KB. */
const ITEM_BYTES_LIMIT = 400 * 1024;
/** Most bytes of a partition key in UTF-8. Source: DynamoDB, "Partition keys and sort keys". */
const PARTITION_KEY_BYTES_LIMIT = 2048;
/** Most bytes of a sort key in UTF-8. Source: as above. */
const SORT_KEY_BYTES_LIMIT = 1024;
/** How deep lists and maps may nest within an item. Source: DynamoDB, "Attributes", 32 levels. */
const NESTING_LIMIT = 32;

/** A key as the bytes that order it: UTF-8, compared byte by byte. */
interface KeyBytes {
  readonly pk: Buffer;
  readonly sk: Buffer;
}

function keyPart(what: string, text: string, limit: number): Buffer {
  const bytes = utf8(what, text);
  if (bytes.length === 0) throw new BadInputError(`${what} is empty`);
  if (bytes.length > limit) {
    throw new BadInputError(`${what} ${quoted(text)} has ${bytes.length} bytes; at most ${limit} are allowed`);
  }
  return bytes;
}

/** The bytes of a partition key. @throws BadInputError where it is empty, over its limit or not well-formed */
export function partitionKeyBytes(pk: string): Buffer {
  return keyPart('partition key', pk, PARTITION_KEY_BYTES_LIMIT);
}

/** The bytes of a key. @throws BadInputError where a part is empty, over its limit or not well-formed */
export function keyBytes(key: ItemKey): KeyBytes {
  return { pk: partitionKeyBytes(key.pk), sk: keyPart('sort key', key.sk, SORT_KEY_BYTES_LIMIT) };
}

function refuse(key: ItemKey, path: readonly string[], what: string): never {
  throw new BadInputError(
    `item ${quoted(key.pk)} / ${quoted(key.sk)}: ${path.map(quoted).join(' > ') || 'the item'} ${what}`,
    { hint: 'an item holds JSON values only: null, booleans, finite numbers, well-formed strings, lists and maps' },
  );
}

function assertText(key: ItemKey, path: readonly string[], text: string): void {
  if (!isWellFormed(text)) refuse(key, path, 'holds a lone surrogate, which has no UTF-8 form');
}

/** A map is an object without a prototype or with a root one, of whichever realm; so no Date, Map or class instance. */
function isMap(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function assertJson(key: ItemKey, path: readonly string[], value: unknown): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    assertText(key, path, value);
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(key, path, `is ${value}`);
    return;
  }
  if (typeof value !== 'object') refuse(key, path, `is of type ${typeof value}`);
  if (path.length > NESTING_LIMIT) refuse(key, path.slice(0, 3), `is nested over ${NESTING_LIMIT} levels deep`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertJson(key, [...path, String(index)], value[index]);
    return;
  }
  if (!isMap(value)) refuse(key, path, 'is an object that is neither a list nor a map');
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(key, path, 'has a symbol for a key');
  for (const [name, member] of Object.entries(value)) {
    const memberPath = [...path, name];
    assertText(key, memberPath, name);
    assertJson(key, memberPath, member);
  }
}

/**
 * The JSON text that keeps an item. What is read back equals what was written (but for `-0`, which JSON has not).
 * @param expected version that the stored item must have, 0 where there must be none
 * @throws BadInputError where a value is not JSON, the item is over its limits or its version is not `expected + 1`
 */
export function encodeItem(item: TableItem, expected: number): string {
  if (!Number.isSafeInteger(expected) || expected < 0) {
    throw new BadInputError(`expected version ${expected} is not a whole number from 0`);
  }
  if (item.version !== expected + 1) {
    throw new BadInputError(
      `item ${quoted(item.pk)} / ${quoted(item.sk)} has version ${item.version}; a write over version ${expected} must make it ${expected + 1}`,
    );
  }
  assertJson(item, [], item);
  const body = JSON.stringify(item);
  const bytes = Buffer.byteLength(body);
  if (bytes > ITEM_BYTES_LIMIT) {
    throw new BadInputError(
      `item ${quoted(item.pk)} / ${quoted(item.sk)} has ${bytes} bytes as JSON; at most ${ITEM_BYTES_LIMIT} are allowed`,
      { hint: 'keep long texts in the script store under audit/ and their URI in the item' },
    );
  }
  return body;
}

/** The item that {@link encodeItem} wrote; a new object with every call. */
export function decodeItem(body: string): TableItem {
  return JSON.parse(body) as TableItem;
}
