import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import type { ChangeRecord } from '../../domain/ports';
import { readFailures } from '../support/aws/failure-destination';
import { describeOnMoto } from '../support/aws/moto-server';
import { QueuePoller, type LambdaQueueRecord, type QueuePollerOptions } from '../support/aws/queue-poller';
import { createBucket, createQueue, createTable } from '../support/aws/resources';
import type { LambdaStreamRecord } from '../support/aws/stream-event';
import { StreamPoller } from '../support/aws/stream-poller';

describeOnMoto('pollers on moto', () => {
  describe("the poller of a table's stream", () => {
    test('hands writes of the table over as changes, by its filter, and leaves a poison record behind', async () => {
      const client = makeDynamoDbClient();
      const { name, streamArn } = await createTable(client);
      const table = new DynamoDbFindingTable({ client, tableName: name });
      const s3 = makeS3Client();
      const onFailure = { client: s3, bucket: await createBucket(s3) };
      const seen: ChangeRecord[] = [];
      const Pattern = JSON.stringify({
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { NewImage: { type: { S: ['FINDING'] }, state: { S: ['OPEN'] } } },
      });
      const poller = new StreamPoller({
        ...{ streams: new DynamoDBStreamsClient(), streamArn, filterCriteria: { Filters: [{ Pattern }] }, onFailure },
        ...{ maximumRetryAttempts: 1, bisectBatchOnFunctionError: true },
        invoke: ({ Records }) => {
          const changes = Records.map(toChangeRecord);
          if (changes.some(({ newImage }) => newImage?.['poison'] === true)) throw new Error('poison');
          return Promise.resolve(seen.push(...changes));
        },
      });
      const finding = (sk: string, version: number, more: object) => ({
        pk: 'IMAGE#a',
        sk,
        version,
        type: 'FINDING',
        ...more,
      });
      await table.put(finding('F#1', 1, { state: 'PARKED' }), 0);
      await table.put(finding('F#1', 2, { state: 'OPEN', facts: { n: [1, null, ''] } }), 1);
      await table.put(finding('F#2', 1, { state: 'OPEN', poison: true }), 0);
      await table.put(finding('F#3', 1, { state: 'OPEN' }), 0);
      await table.delete({ pk: 'IMAGE#a', sk: 'F#3' }, 1);
      expect(await poller.poll()).toMatchObject({ passed: 3, filtered: 2, discarded: 1 });
      expect(seen.map(({ sequence: _, ...rest }) => rest)).toStrictEqual([
        {
          event: 'MODIFY',
          key: { pk: 'IMAGE#a', sk: 'F#1' },
          oldImage: finding('F#1', 1, { state: 'PARKED' }),
          newImage: finding('F#1', 2, { state: 'OPEN', facts: { n: [1, null, ''] } }),
        },
        { event: 'INSERT', key: { pk: 'IMAGE#a', sk: 'F#3' }, newImage: finding('F#3', 1, { state: 'OPEN' }) },
      ]);
      const [failure, ...more] = await readFailures(onFailure);
      expect(more).toStrictEqual([]);
      const { Records } = JSON.parse(failure!.payload) as { Records: LambdaStreamRecord[] };
      expect(Records.map(toChangeRecord)).toMatchObject([{ newImage: { sk: 'F#2', poison: true } }]);
    });
  });

  describe('the poller of a queue', () => {
    const setUp = async (options: Partial<QueuePollerOptions> = {}) => {
      const client = new SQSClient();
      const queue = await createQueue(client, { visibilityTimeout: 1, maxReceiveCount: 2 });
      const batches: string[][] = [];
      let act = (_records: readonly LambdaQueueRecord[]): unknown => undefined;
      return {
        batches,
        send: async (...bodies: string[]) => {
          for (const body of bodies)
            await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }));
        },
        set act(next: (records: readonly LambdaQueueRecord[]) => unknown) {
          act = next;
        },
        deadLetters: async () => {
          const { Messages = [] } = await client.send(
            new ReceiveMessageCommand({ QueueUrl: queue.deadLetterUrl, MaxNumberOfMessages: 10 }),
          );
          return Messages.map(({ Body }) => Body);
        },
        poller: new QueuePoller({
          client,
          queueUrl: queue.url,
          queueArn: queue.arn,
          reportBatchItemFailures: true,
          invoke: async ({ Records }) => {
            batches.push(Records.map(({ body }) => body));
            return await Promise.resolve(act(Records));
          },
          ...options,
        }),
      };
    };
    const failures = (records: readonly LambdaQueueRecord[], ...bodies: string[]) => ({
      batchItemFailures: records
        .filter(({ body }) => bodies.includes(body))
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    });

    test('messages that are done with are gone; those that failed come again, and then are dead letters', async () => {
      const queue = await setUp();
      queue.act = (records) => failures(records, 'bad');
      await queue.send('good', 'bad', 'better');
      expect(await queue.poller.poll()).toStrictEqual({ invocations: 1, done: 2, failed: 1, filtered: 0 });
      expect(await queue.poller.poll()).toStrictEqual({ invocations: 0, done: 0, failed: 0, filtered: 0 });
      await sleep(1100);
      expect(await queue.poller.poll()).toStrictEqual({ invocations: 1, done: 0, failed: 1, filtered: 0 });
      await sleep(1100);
      expect(await queue.poller.poll()).toMatchObject({ invocations: 0 });
      expect(await queue.deadLetters()).toStrictEqual(['bad']);
      expect(queue.batches.map((batch) => batch.toSorted())).toStrictEqual([['bad', 'better', 'good'], ['bad']]);
    });

    test('a function that throws, or answers with what cannot be read, fails its whole batch', async () => {
      const queue = await setUp();
      await queue.send('a', 'b');
      queue.act = () => {
        throw new Error('no');
      };
      expect(await queue.poller.poll()).toMatchObject({ done: 0, failed: 2 });
      await sleep(1100);
      queue.act = () => ({ batchItemFailures: [{ itemIdentifier: 'none of them' }] });
      expect(await queue.poller.poll()).toMatchObject({ done: 0, failed: 2 });
    });

    test('batches of the size, over ten too; each message once', async () => {
      const queue = await setUp({ batchSize: 25 });
      const bodies = Array.from({ length: 60 }, (_, n) => String(n));
      await queue.send(...bodies);
      expect(await queue.poller.poll()).toStrictEqual({ invocations: 3, done: 60, failed: 0, filtered: 0 });
      expect(queue.batches.map(({ length }) => length)).toStrictEqual([25, 25, 10]);
      expect(new Set(queue.batches.flat())).toStrictEqual(new Set(bodies));
    });

    test('the filter looks into the body, and what it does not let through is gone', async () => {
      const Pattern = JSON.stringify({ body: { detail: { status: ['ACTIVE'] } } });
      const queue = await setUp({ filterCriteria: { Filters: [{ Pattern }] } });
      const active = JSON.stringify({ detail: { status: 'ACTIVE' } });
      await queue.send(active, JSON.stringify({ detail: { status: 'CLOSED' } }), 'no JSON');
      expect(await queue.poller.poll()).toStrictEqual({ invocations: 1, done: 1, failed: 0, filtered: 2 });
      expect(queue.batches).toStrictEqual([[active]]);
    });

    test('a message has the form that Lambda gives it', async () => {
      const queue = await setUp();
      let seen: readonly LambdaQueueRecord[] = [];
      queue.act = (records) => void (seen = records);
      await queue.send('text');
      await queue.poller.poll();
      expect(seen).toMatchObject([
        {
          ...{
            body: 'text',
            md5OfBody: '1cb251ec0d568de6a929b520c4aed8d1',
            eventSource: 'aws:sqs',
            awsRegion: 'eu-central-1',
          },
          ...{ eventSourceARN: expect.stringMatching(/^arn:aws:sqs:eu-central-1:123456789012:golden-/) as unknown },
          attributes: { ApproximateReceiveCount: '1' },
        },
      ]);
    });
  });
});
