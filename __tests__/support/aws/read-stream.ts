import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';

/** All shards of a stream, parents before their children. */
export async function shardsOf(client: DynamoDBStreamsClient, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  for (let start: string | undefined; ;) {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(start !== undefined && { ExclusiveStartShardId: start }),
      }),
    );
    shards.push(...(StreamDescription?.Shards ?? []));
    start = StreamDescription?.LastEvaluatedShardId;
    if (start === undefined) return shards;
  }
}

/**
 * Records of a shard, oldest first, until nothing more is there now.
 * @param after gives only what comes after this sequence number
 */
export async function recordsOf(
  client: DynamoDBStreamsClient,
  streamArn: string,
  shardId: string,
  after?: string,
): Promise<StreamRecord[]> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
    }),
  );
  const records: StreamRecord[] = [];
  for (let iterator = ShardIterator; iterator !== undefined;) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    if ((page.Records ?? []).length === 0) break;
    records.push(...(page.Records ?? []));
    iterator = page.NextShardIterator;
  }
  return records;
}
