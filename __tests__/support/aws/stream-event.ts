import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { throughJson } from './batch-response';
import { TEST_REGION } from './aws-environment';

/** A record as Lambda hands it to a function (Lambda guide, "Using Lambda with DynamoDB"): JSON, times in seconds. */
export interface LambdaStreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, AttributeValue>>;
    readonly NewImage?: Readonly<Record<string, AttributeValue>>;
    readonly OldImage?: Readonly<Record<string, AttributeValue>>;
    /** Decimal digits; later records have greater ones. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
  readonly eventSourceARN: string;
}

/** Turns a record that GetRecords gave into the one that Lambda makes of it. */
export function toLambdaRecord(record: StreamRecord, streamArn: string): LambdaStreamRecord {
  const { ApproximateCreationDateTime: created, SequenceNumber: sequence, ...rest } = record.dynamodb ?? {};
  if (sequence === undefined) throw new Error('a stream record has no sequence number');
  return throughJson({
    eventID: record.eventID ?? sequence,
    eventName: record.eventName,
    eventVersion: record.eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: TEST_REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((created ?? new Date()).getTime() / 1000),
      SequenceNumber: sequence,
      ...rest,
    },
    eventSourceARN: streamArn,
  }) as LambdaStreamRecord;
}

/** True where a write changed nothing: DynamoDB makes no record of it, moto does. */
export function isNoChange({ eventName, dynamodb }: LambdaStreamRecord): boolean {
  return eventName === 'MODIFY' && canonical(dynamodb.OldImage) === canonical(dynamodb.NewImage);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([left], [right]) => (left < right ? -1 : 1)))
      : one,
  );
}
