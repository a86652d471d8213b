import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BadInputError } from '../../domain/errors';
import type { TableItem } from '../../domain/table/items';
import { quoted } from '../shared/text';

/**
 * JSON values as DynamoDB's attribute values and back. lib-dynamodb is not used for it: it takes objects by the name of
 * their `constructor` and assigns `__proto__`, so that an item with such keys, which may come from outside, would be
 * changed on its way; and numbers over 2^53 would come back as bigints.
 */
type Attributes = Record<string, AttributeValue>;

/** Range of DynamoDB's numbers ("Data types", Number): magnitude from 1e-130 to 9.99…e125. */
const GREATEST_NUMBER = 9.99999999999999e125;
const LEAST_NUMBER = 1e-130;

/** Names that mean an object's prototype to JavaScript get one more underscore in the table; see {@link storedName}. */
const PROTOTYPE_NAME = /^_{2,}proto__$/;

/**
 * An item as DynamoDB's attributes.
 * @param item JSON values only, as `encodeItem` assures
 * @throws BadInputError where a number is out of DynamoDB's range
 */
export function toAttributes(item: TableItem): Attributes {
  return mapOf(item);
}

/**
 * The item of DynamoDB's attributes, e.g. of a stream record's image.
 * @throws BadInputError that names the item by its key, where an attribute is no JSON value
 */
export function fromAttributes(attributes: Readonly<Attributes>): TableItem {
  try {
    return objectOf(attributes) as TableItem;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    const [pk, sk] = [attributes['pk']?.S ?? '', attributes['sk']?.S ?? ''];
    throw new BadInputError(`item ${quoted(pk)} / ${quoted(sk)} cannot be read: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

function toAttributeValue(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttributeValue) };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: numeral(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      return { M: mapOf(value as object) };
  }
}

function mapOf(value: object): Attributes {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [storedName(name), toAttributeValue(one)]));
}

function numeral(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude > GREATEST_NUMBER || (magnitude !== 0 && magnitude < LEAST_NUMBER))
    throw new BadInputError(`${value} is not a number that DynamoDB can hold`, {
      hint: `its magnitude must be 0, or from ${LEAST_NUMBER} to ${GREATEST_NUMBER}`,
    });
  return String(value);
}

function fromAttributeValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(fromAttributeValue);
  if (value.M !== undefined) return objectOf(value.M);
  throw new BadInputError(`an attribute of type ${Object.keys(value).join(', ')} is no JSON value`, {
    hint: 'the table holds what golden-images writes; remove what somebody else wrote',
  });
}

/** `fromEntries` defines properties and never assigns, so that no name reaches a prototype. */
function objectOf(attributes: Readonly<Attributes>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, one]) => [nameOf(name), fromAttributeValue(one)]));
}

/** The SDK's deserializer assigns the names that it reads: `__proto__` must not be among them. One to one. */
function storedName(name: string): string {
  return PROTOTYPE_NAME.test(name) ? `_${name}` : name;
}

function nameOf(stored: string): string {
  return PROTOTYPE_NAME.test(stored) ? stored.slice(1) : stored;
}
