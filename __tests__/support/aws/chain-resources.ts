import { makeDynamoDbClient } from '../../../adapters/aws/clients/dynamodb-client';
import { makeS3Client } from '../../../adapters/aws/clients/s3-client';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createBucket, createQueue, createTable, uniqueName, type QueueWithDeadLetters } from './resources';

/** What the stack has made for the chain, by name. */
export interface ChainResources {
  readonly table: { readonly name: string; readonly streamArn: string };
  readonly queue: QueueWithDeadLetters;
  readonly scriptBucket: string;
  /** Where stream records are left that were given up. */
  readonly failureBucket: string;
  /** Path of the signal parameters. */
  readonly signalPrefix: string;
}

/**
 * Makes them on the emulator.
 * @param queue visibility timeout in seconds, and receptions before a message is a dead letter
 */
export async function createChainResources(
  queue: { readonly visibilityTimeout?: number; readonly maxReceiveCount?: number } = {},
): Promise<ChainResources> {
  const s3 = makeS3Client();
  return {
    table: await createTable(makeDynamoDbClient()),
    queue: await createQueue(new SQSClient(), queue),
    scriptBucket: await createBucket(s3),
    failureBucket: await createBucket(s3),
    signalPrefix: `/golden-images/${uniqueName('test')}/signals`,
  };
}
