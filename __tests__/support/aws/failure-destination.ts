import { randomUUID } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import type { LambdaStreamRecord } from './stream-event';

/** Where an event source mapping leaves what it gives up. */
export interface FailureDestination {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Why a batch was given up. */
export type FailureCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** The object that Lambda writes (Lambda guide, "Retaining discarded records for a DynamoDB event source"). */
export interface FailureRecord {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: FailureCondition;
    readonly approximateInvokeCount: number;
  };
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError: string;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly DDBStreamBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
  /** The event that the function got, as JSON text; S3 only. */
  readonly payload: string;
}

/** A batch that was given up. */
export interface GivenUpBatch {
  readonly records: readonly LambdaStreamRecord[];
  readonly shardId: string;
  readonly functionName: string;
  readonly condition: FailureCondition;
  readonly invocations: number;
  readonly at: Date;
}

/** Writes a batch that was given up, with its whole payload. @returns the object's key */
export async function writeFailure(
  destination: FailureDestination,
  mappingId: string,
  batch: GivenUpBatch,
): Promise<string> {
  const { records, shardId, functionName, condition, invocations, at } = batch;
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a batch has a record at least');
  const arrival = (record: LambdaStreamRecord): string =>
    new Date(record.dynamodb.ApproximateCreationDateTime * 1000).toISOString();
  const body: FailureRecord = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:${functionName}`,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0 && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    }),
    version: '1.0',
    timestamp: at.toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first.dynamodb.SequenceNumber,
      endSequenceNumber: last.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: first.eventSourceARN,
    },
    payload: JSON.stringify({ Records: records }),
  };
  const [day = '', time = ''] = at.toISOString().split('T');
  const name = `${day}T${time.slice(0, 8).replaceAll(':', '.')}-${randomUUID()}`;
  const key = `aws/lambda/${mappingId}/${shardId}/${day.replaceAll('-', '/')}/${name}`;
  await destination.client.send(
    new PutObjectCommand({ Bucket: destination.bucket, Key: key, Body: JSON.stringify(body) }),
  );
  return key;
}

/** All batches that were given up, oldest first. */
export async function readFailures({ client, bucket }: FailureDestination): Promise<FailureRecord[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'aws/lambda/' }));
  const records = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '') as FailureRecord;
    }),
  );
  const rank = ({ DDBStreamBatchInfo: info }: FailureRecord): bigint => BigInt(info.startSequenceNumber);
  return records.sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}
