import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isDeepStrictEqual } from 'node:util';
import { BadInputError, ConditionFailedError } from '../../domain/errors';
import type { FindingTable } from '../../domain/ports';
import type { ItemKey, TableItem } from '../../domain/table/items';
import { encodeItem, keyBytes, partitionKeyBytes } from '../shared/item-json';
import { quoted, utf8 } from '../shared/text';
import { fromAttributes, toAttributes } from './attribute-values';
import { type AwsCall, type AwsServiceError, callAws, hasCode } from './aws-error';

/** What the table is reached with. */
export interface DynamoDbFindingTableOptions {
  readonly client: DynamoDBClient;
  /** A table with the string keys `pk` (hash) and `sk` (range). */
  readonly tableName: string;
}

type Operation = 'GetItem' | 'PutItem' | 'DeleteItem' | 'Query';

/**
 * The finding table in DynamoDB. Reads are strongly consistent. Items are stored with their own attributes, so that the
 * stream's filters and people can read them.
 *
 * A write that the SDK repeated because its answer was lost finds its own item in the way: where a try went before, and
 * what is stored is to the last value what was to be written, the write took place, and is told as done.
 *
 * Methods throw {@link AwsServiceError} where DynamoDB cannot be had, beside what the port says.
 */
export class DynamoDbFindingTable implements FindingTable {
  private readonly client: DynamoDBClient;
  private readonly tableName: string;

  constructor(options: DynamoDbFindingTableOptions) {
    this.client = options.client;
    this.tableName = options.tableName;
  }

  async get(key: ItemKey): Promise<TableItem | undefined> {
    const command = new GetItemCommand({ TableName: this.tableName, Key: attributesOf(key), ConsistentRead: true });
    const { Item } = await callAws(this.call('GetItem'), async () => await this.client.send(command));
    return Item && fromAttributes(Item);
  }

  async put(item: TableItem, expected: number): Promise<void> {
    keyBytes(item);
    const body = encodeItem(item, expected);
    const command = new PutItemCommand({
      TableName: this.tableName,
      Item: toAttributes(item),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ...condition(expected),
    });
    try {
      await callAws(this.call('PutItem'), async () => await this.client.send(command));
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) {
        const stored = storedItem(error);
        if (error.attempts > 1 && stored !== undefined && isDeepStrictEqual(stored, JSON.parse(body))) return;
        throw new ConditionFailedError(item.pk, item.sk, expected);
      }
      throw isOversize(error) ? oversize(item, error) : error;
    }
  }

  async delete(key: ItemKey, expected: number): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.tableName,
      Key: attributesOf(key),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      // Version 0 is "not there": nothing to delete, and so refused, as by the local tables.
      ConditionExpression: 'attribute_exists(pk) AND #version = :expected',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':expected': { N: String(expected) } },
    });
    try {
      await callAws(this.call('DeleteItem'), async () => await this.client.send(command));
    } catch (error) {
      if (!hasCode(error, 'ConditionalCheckFailedException')) throw error;
      if (error.attempts > 1 && storedItem(error) === undefined) return;
      throw new ConditionFailedError(key.pk, key.sk, expected);
    }
  }

  async query(pk: string, skPrefix = ''): Promise<TableItem[]> {
    partitionKeyBytes(pk);
    const hasPrefix = utf8('sort key prefix', skPrefix).length > 0;
    const input: QueryCommandInput = {
      TableName: this.tableName,
      ConsistentRead: true,
      KeyConditionExpression: hasPrefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ...(hasPrefix && { ':prefix': { S: skPrefix } }) },
    };
    return await callAws(this.call('Query'), async () => {
      const items: TableItem[] = [];
      for await (const page of paginateQuery({ client: this.client }, input))
        items.push(...(page.Items ?? []).map(fromAttributes));
      return items;
    });
  }

  private call(operation: Operation): AwsCall {
    return { service: 'dynamodb', operation, resource: `table ${this.tableName}` };
  }
}

function attributesOf(key: ItemKey): Record<'pk' | 'sk', AttributeValue> {
  keyBytes(key);
  return { pk: { S: key.pk }, sk: { S: key.sk } };
}

function condition(expected: number): Partial<PutItemCommandInput> {
  if (expected === 0) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':expected': { N: String(expected) } },
  };
}

/** The item that stood in the way of a write. */
function storedItem({ cause }: AwsServiceError): TableItem | undefined {
  const item: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'Item') : undefined;
  return item === undefined ? undefined : fromAttributes(item as Record<string, AttributeValue>);
}

/** Lists of small numbers take more room in DynamoDB than as JSON. */
function isOversize(error: unknown): boolean {
  return hasCode(error, 'ValidationException') && /item size/i.test(error.message);
}

function oversize({ pk, sk }: ItemKey, cause: unknown): BadInputError {
  return new BadInputError(`item ${quoted(pk)} / ${quoted(sk)} is over the 400 KB that DynamoDB allows`, {
    hint: 'keep long texts in the script store under audit/ and their URI in the item',
    cause,
  });
}
