import { makeDynamoDbClient } from '../../../adapters/aws/clients/dynamodb-client';
import { makeS3Client } from '../../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../../adapters/aws/clients/sns-client';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DeployedNames } from '../../../domain/config/deployed-names';
import { createBucket, createQueue, createTable, uniqueName, type QueueWithDeadLetters } from './resources';

/** What the stack has made for the chain, by name. */
export interface ChainResources {
  readonly table: { readonly name: string; readonly streamArn: string };
  readonly queue: QueueWithDeadLetters;
  /** Rebuild signals. */
  readonly signals: QueueWithDeadLetters;
  readonly scriptBucket: string;
  /** Where Image Builder leaves the logs of builds. */
  readonly buildLogBucket: string;
  /** Where stream records are left that were given up. */
  readonly failureBucket: string;
  /** Path of the signal parameters. */
  readonly signalPrefix: string;
  /** Topic that people are told on. */
  readonly topicArn: string;
}

/**
 * Makes them on the emulator.
 * @param queue visibility timeout in seconds, and receptions before a message is a dead letter
 * @param names what an environment's stacks call them (`deployedNames`), for tests of the command line; else any
 */
export async function createChainResources(
  queue: { readonly visibilityTimeout?: number; readonly maxReceiveCount?: number } = {},
  names: Partial<DeployedNames> = {},
): Promise<ChainResources> {
  const s3 = makeS3Client();
  const topic = names.topicArn?.split(':').at(-1) ?? uniqueName('notices');
  const { TopicArn: topicArn = '' } = await makeSnsClient().send(new CreateTopicCommand({ Name: topic }));
  return {
    table: await createTable(makeDynamoDbClient(), names.table),
    queue: await createQueue(new SQSClient(), queue),
    // Three tries, a second apart: days of patience are for people.
    signals: await createQueue(new SQSClient(), { visibilityTimeout: 1, maxReceiveCount: 3 }),
    scriptBucket: await createBucket(s3, names.scriptBucket),
    buildLogBucket: await createBucket(s3),
    failureBucket: await createBucket(s3),
    signalPrefix: names.signalPrefix ?? `/golden-images/${uniqueName('test')}/signals`,
    topicArn,
  };
}
