import fc from 'fast-check';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import type { ChangeRecord } from '../../domain/ports';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import { describeOnMoto } from '../support/aws/moto-server';
import { recordsOf, shardsOf } from '../support/aws/read-stream';
import { createTable } from '../support/aws/resources';
import { anyCall, outcomeOf } from './finding-table.calls';
import { describeFindingTable, type FindingTableHarness } from './finding-table.contract';

async function dynamoDbHarness(): Promise<FindingTableHarness> {
  const client = makeDynamoDbClient();
  const streams = new DynamoDBStreamsClient();
  const { name, streamArn } = await createTable(client);
  return {
    // moto refuses items over 405,000 bytes (moto/dynamodb/models/dynamo_type.py); DynamoDB's limit is 409,600.
    emulatorLimit: 404_000,
    open: () => Promise.resolve(new DynamoDbFindingTable({ client, tableName: name })),
    changes: async () => {
      const shards = await shardsOf(streams, streamArn);
      const records = await Promise.all(shards.map((shard) => recordsOf(streams, streamArn, shard.ShardId!)));
      return records.flat().map(toChangeRecord);
    },
    dispose: () => {
      client.destroy();
      streams.destroy();
      return Promise.resolve();
    },
  };
}

describeOnMoto('on moto', () => {
  describeFindingTable('DynamoDB', dynamoDbHarness);

  test('it answers any calls as the table in memory does, and records the same changes', async () => {
    // Numbers in DynamoDB's range; the others it refuses (__tests__/unit/aws-attribute-values.test.ts).
    const inRange = (value: number): boolean => value === 0 || (Math.abs(value) < 1e125 && Math.abs(value) > 1e-129);
    // moto takes a map for an attribute value where a name in it is empty, or that of a type.
    const values = fc
      .jsonValue({ depthSize: 'small' })
      .filter((value) => numbersIn(value).every(inRange) && !namesIn(value).some((name) => TYPE_NAMES.has(name)));
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall(values), { maxLength: 40 }), async (program) => {
        const harness = await dynamoDbHarness();
        try {
          const [table, memory] = [await harness.open(), new MemoryFindingTable()];
          for (const call of program) expect(await outcomeOf(call, table)).toStrictEqual(await outcomeOf(call, memory));
          const withoutSequence = (changes: ChangeRecord[]) => changes.map(({ sequence: _, ...rest }) => rest);
          expect(withoutSequence(await harness.changes())).toStrictEqual(withoutSequence(memory.changes()));
        } finally {
          await harness.dispose();
        }
      }),
      { numRuns: 25 },
    );
  });
});

const TYPE_NAMES: ReadonlySet<string> = new Set(['', 'S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL']);

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(namesIn)];
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
