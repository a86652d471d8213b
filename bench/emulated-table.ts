import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbClient } from '../adapters/aws/clients/dynamodb-client';
import { DynamoDbFindingTable } from '../adapters/aws/dynamodb-finding-table';
import type { FindingTable } from '../domain/ports';
import { emulatorEnvironment } from '../scripts/emulator/emulator-environment';
import { type MotoServer, startMotoServer } from '../scripts/emulator/moto-server';

const REGION = 'eu-central-1';

/**
 * Runs something with tables of DynamoDB on the emulator, over HTTP, each a new one. Where `moto_server` is missing, it
 * says so and runs nothing.
 */
export async function withEmulatedTables(
  run: (makeTable: () => Promise<FindingTable>) => Promise<void>,
): Promise<void> {
  const moto = await startIfThere();
  if (moto === undefined) return;
  Object.assign(process.env, emulatorEnvironment(moto.url, REGION));
  const client = makeDynamoDbClient();
  let tables = 0;
  try {
    await run(async () => {
      const tableName = `bench-${++tables}`;
      const keys = [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ] as const;
      const command = new CreateTableCommand({
        TableName: tableName,
        KeySchema: [...keys],
        AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      });
      await client.send(command);
      return new DynamoDbFindingTable({ client, tableName });
    });
  } finally {
    client.destroy();
    await moto.stop();
  }
}

async function startIfThere(): Promise<MotoServer | undefined> {
  try {
    return await startMotoServer();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    process.stderr.write("bench: without the emulator: moto_server not found (pip install 'moto[server]')\n");
    return undefined;
  }
}
