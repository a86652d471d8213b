import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRepositoryCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { TEST_REGION } from './aws-environment';

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** A table as Terraform makes it: string keys `pk` and `sk`, on demand, a stream of new and old images. */
export async function createTable(
  client: DynamoDBClient,
  name = uniqueName('golden-images'),
): Promise<{ name: string; streamArn: string }> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  const streamArn = TableDescription?.LatestStreamArn;
  if (streamArn === undefined) throw new Error(`table ${name} has no stream`);
  return { name, streamArn };
}

/** A bucket. */
export async function createBucket(client: S3Client, name = uniqueName('golden-images')): Promise<string> {
  await client.send(
    new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: TEST_REGION } }),
  );
  return name;
}

/** A repository of the private registry; tags can be moved unless said otherwise. */
export async function createRepository(
  client: ECRClient,
  name = `golden/${uniqueName('image')}`,
  imageTagMutability: 'MUTABLE' | 'IMMUTABLE' = 'MUTABLE',
): Promise<string> {
  await client.send(new CreateRepositoryCommand({ repositoryName: name, imageTagMutability }));
  return name;
}

/** A parameter as Terraform makes it, with the value that stands there before the first signal. */
export async function createParameter(client: SSMClient, name: string, value = 'none'): Promise<void> {
  await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'String' }));
}

/** A queue and where its messages go that were received too often. */
export interface QueueWithDeadLetters {
  readonly url: string;
  readonly arn: string;
  readonly deadLetterUrl: string;
}

/** A queue with a dead-letter queue. @param visibilityTimeout seconds until a message that failed is visible again */
export async function createQueue(
  client: SQSClient,
  { visibilityTimeout = 30, maxReceiveCount = 3 } = {},
): Promise<QueueWithDeadLetters> {
  const create = async (attributes: Record<string, string>): Promise<{ url: string; arn: string }> => {
    const { QueueUrl: url = '' } = await client.send(
      new CreateQueueCommand({ QueueName: uniqueName('golden'), Attributes: attributes }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    return { url, arn: Attributes?.['QueueArn'] ?? '' };
  };
  const deadLetters = await create({});
  const queue = await create({
    VisibilityTimeout: String(visibilityTimeout),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  return { ...queue, deadLetterUrl: deadLetters.url };
}

/** Most entries of one SendMessageBatch (SQS API). */
const ENTRIES_LIMIT = 10;

/** Puts messages into a queue. */
export async function sendMessages(client: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += ENTRIES_LIMIT) {
    const entries = bodies.slice(start, start + ENTRIES_LIMIT);
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map((body, index) => ({ Id: String(index), MessageBody: body })),
    });
    const { Failed = [] } = await client.send(command);
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not taken`);
  }
}
