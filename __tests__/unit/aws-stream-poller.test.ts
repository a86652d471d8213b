import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { S3Client } from '@aws-sdk/client-s3';
import type { FailureRecord } from '../support/aws/failure-destination';
import type { LambdaStreamRecord } from '../support/aws/stream-event';
import { StreamPoller, type StreamPollerOptions } from '../support/aws/stream-poller';

const STREAM = 'arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/x';

/** A record that has its own sequence number as key, in its first shard. */
function record(sequence: number, createdAt = 0, more: Partial<StreamRecord['dynamodb']> = {}): StreamRecord {
  return {
    eventID: `e${sequence}`,
    eventName: 'INSERT',
    dynamodb: {
      ApproximateCreationDateTime: new Date(createdAt),
      SequenceNumber: String(sequence),
      Keys: { pk: { S: 'p' }, sk: { S: String(sequence) } },
      NewImage: { state: { S: sequence % 2 === 0 ? 'EVEN' : 'ODD' } },
      ...more,
    },
  };
}

/** A stream whose records tests put in, and a function whose outcomes they plan. */
function setUp(options: Partial<StreamPollerOptions> = {}) {
  const shards: Record<string, StreamRecord[]> = { s1: [] };
  const answer = (command: unknown): unknown => {
    if (command instanceof DescribeStreamCommand)
      return { StreamDescription: { Shards: Object.keys(shards).map((ShardId) => ({ ShardId })) } };
    if (command instanceof GetShardIteratorCommand)
      return { ShardIterator: `${command.input.ShardId ?? ''}|${command.input.SequenceNumber ?? '0'}` };
    if (!(command instanceof GetRecordsCommand)) throw new Error('must not be asked');
    const [id = '', after = '0'] = (command.input.ShardIterator ?? '').split('|');
    const later = (shards[id] ?? []).filter(({ dynamodb }) => BigInt(dynamodb!.SequenceNumber!) > BigInt(after));
    const page = later.slice(0, 3); // several pages
    return { Records: page, NextShardIterator: `${id}|${page.at(-1)?.dynamodb?.SequenceNumber ?? after}` };
  };
  const streams = { send: (command: unknown) => Promise.resolve(answer(command)) } as unknown as DynamoDBStreamsClient;
  const failures: { key: string; body: FailureRecord }[] = [];
  const client = {
    send: ({ input }: { input: { Key: string; Body: string } }) => {
      failures.push({ key: input.Key, body: JSON.parse(input.Body) as FailureRecord });
      return Promise.resolve({});
    },
  } as unknown as S3Client;
  /** Sequence numbers of each event, oldest first. */
  const events: number[][] = [];
  let now = 0;
  /** What the function does with an event's sequence numbers. */
  let act = (_sequences: number[]): unknown => undefined;
  return {
    events,
    failures,
    put: (...sequences: number[]) => shards['s1']!.push(...sequences.map((one) => record(one, now))),
    putInto: (shard: string, one: StreamRecord) => (shards[shard] ??= []).push(one),
    advance: (seconds: number) => (now += seconds * 1000),
    set act(next: (sequences: number[]) => unknown) {
      act = next;
    },
    poller: new StreamPoller({
      streams,
      streamArn: STREAM,
      invoke: async ({ Records }: { Records: LambdaStreamRecord[] }) => {
        const sequences = Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
        events.push(sequences);
        return await Promise.resolve(act(sequences));
      },
      clock: () => new Date(now),
      onFailure: { client, bucket: 'failures' },
      ...options,
    }),
    /** Sequence numbers of the batches that were given up. */
    givenUp: () =>
      failures.map(({ body }) => {
        const { Records } = JSON.parse(body.payload) as { Records: LambdaStreamRecord[] };
        return Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
      }),
  };
}

const failing = (...sequences: number[]) => ({
  batchItemFailures: sequences.map((sequence) => ({ itemIdentifier: String(sequence) })),
});
const throwOn =
  (...bad: number[]) =>
  (sequences: number[]): unknown => {
    if (sequences.some((one) => bad.includes(one))) throw new Error('poison');
    return undefined;
  };

describe('batches', () => {
  test('records come in order, each once, in batches of the size; later ones with the next poll', async () => {
    const { poller, put, events } = setUp({ batchSize: 4 });
    put(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    await poller.poll();
    put(11);
    expect(await poller.poll()).toStrictEqual({ invocations: 4, passed: 11, filtered: 0, discarded: 0 });
    expect(events).toStrictEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10], [11]]);
  });

  test('a window gathers until it is over, or the batch is full', async () => {
    const { poller, put, events, advance } = setUp({ batchSize: 4, maximumBatchingWindowInSeconds: 60 });
    put(1, 2);
    await poller.poll();
    advance(59);
    put(3);
    await poller.poll();
    expect(events).toStrictEqual([]);
    advance(1);
    await poller.poll();
    expect(events).toStrictEqual([[1, 2, 3]]);
    put(4, 5, 6, 7, 8);
    await poller.poll();
    expect(events).toStrictEqual([
      [1, 2, 3],
      [4, 5, 6, 7],
    ]);
    advance(60);
    await poller.poll();
    expect(events).toStrictEqual([[1, 2, 3], [4, 5, 6, 7], [8]]);
  });

  test('an event has at most 6 MB', async () => {
    const { poller, putInto, events } = setUp();
    const text = { NewImage: { text: { S: 'x'.repeat(2_500_000) } } };
    for (const sequence of [1, 2, 3]) putInto('s1', record(sequence, 0, text));
    await poller.poll();
    expect(events).toStrictEqual([[1, 2], [3]]);
  });

  test('what the filter does not let through is passed over, and takes no place', async () => {
    const Pattern = JSON.stringify({ dynamodb: { NewImage: { state: { S: ['EVEN'] } } } });
    const { poller, put, events } = setUp({ batchSize: 2, filterCriteria: { Filters: [{ Pattern }] } });
    put(1, 2, 3, 4, 5, 6, 7);
    expect(await poller.poll()).toStrictEqual({ invocations: 2, passed: 3, filtered: 4, discarded: 0 });
    expect(events).toStrictEqual([[2, 4], [6]]);
  });

  test('a record has the form that Lambda gives it; a write that changed nothing makes none', async () => {
    const seen: LambdaStreamRecord[] = [];
    const { poller, putInto } = setUp({ invoke: ({ Records }) => Promise.resolve(seen.push(...Records)) });
    putInto('s1', record(1, 1_700_000_000_400));
    const same = { OldImage: { a: { S: '1' }, b: { N: '2' } }, NewImage: { b: { N: '2' }, a: { S: '1' } } };
    putInto('s1', { ...record(2, 0, same), eventName: 'MODIFY' });
    await poller.poll();
    expect(seen).toStrictEqual([
      {
        ...{ eventID: 'e1', eventName: 'INSERT', eventVersion: '1.1', eventSource: 'aws:dynamodb' },
        ...{ awsRegion: 'eu-central-1', eventSourceARN: STREAM },
        dynamodb: {
          ApproximateCreationDateTime: 1_700_000_000,
          SequenceNumber: '1',
          Keys: { pk: { S: 'p' }, sk: { S: '1' } },
          NewImage: { state: { S: 'ODD' } },
        },
      },
    ]);
  });

  test('two polls at once put one batch in flight', async () => {
    let [inFlight, most] = [0, 0];
    const { poller, put } = setUp({
      batchSize: 1,
      invoke: async () => {
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
      },
    });
    put(1, 2, 3);
    await Promise.all([poller.poll(), poller.poll()]);
    expect(most).toBe(1);
  });
});

describe('failures', () => {
  test('a partial failure: from the lowest failed record on everything is tried again, successes included', async () => {
    const all = setUp({ reportBatchItemFailures: true, maximumRetryAttempts: 5 });
    let first = true;
    all.act = () => {
      if (!first) return {};
      first = false;
      return failing(4, 2);
    };
    all.put(1, 2, 3, 4);
    await all.poller.poll();
    expect(all.events).toStrictEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
    expect(all.failures).toStrictEqual([]);
  });

  test('a partial failure that is not switched on is a success', async () => {
    const all = setUp();
    all.act = () => failing(1);
    all.put(1);
    expect(await all.poller.poll()).toMatchObject({ invocations: 1, discarded: 0 });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
    ['null for a list', { batchItemFailures: null }],
  ])('%s for an answer is a success', async (_what, response) => {
    const all = setUp({ reportBatchItemFailures: true, maximumRetryAttempts: 0 });
    all.act = () => response;
    all.put(1, 2);
    expect(await all.poller.poll()).toMatchObject({ invocations: 1, discarded: 0 });
  });

  test.each<[string, unknown]>([
    ['an empty identifier', failingWith('')],
    ['null for an identifier', failingWith(null)],
    ['an identifier of another batch', failingWith('77')],
    ['another key', { batchItemFailures: [{ id: '2' }] }],
    ['a good one beside a bad one', { batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '' }] }],
  ])('%s fails the whole batch', async (_what, response) => {
    const all = setUp({ reportBatchItemFailures: true, maximumRetryAttempts: 1 });
    all.act = () => response;
    all.put(1, 2);
    await all.poller.poll();
    expect(all.events).toStrictEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(all.givenUp()).toStrictEqual([[1, 2]]);
  });

  test('a function that throws fails the whole batch; given up, it makes room for the next', async () => {
    const all = setUp({ batchSize: 2, maximumRetryAttempts: 2 });
    all.act = throwOn(1);
    all.put(1, 2, 3);
    expect(await all.poller.poll()).toStrictEqual({ invocations: 4, passed: 3, filtered: 0, discarded: 2 });
    expect(all.events).toStrictEqual([[1, 2], [1, 2], [1, 2], [3]]);
    expect(all.givenUp()).toStrictEqual([[1, 2]]);
  });

  test('halving finds the record that throws, in order, and does not count against the retries', async () => {
    const all = setUp({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 });
    all.act = throwOn(6);
    all.put(1, 2, 3, 4, 5, 6, 7, 8);
    await all.poller.poll();
    expect(all.events).toStrictEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [5, 6],
      [5],
      [6],
      [6],
      [7, 8],
    ]);
    expect(all.givenUp()).toStrictEqual([[6]]);
  });

  test('a partial failure is not halved: what is left is tried again as a whole', async () => {
    const all = setUp({
      ...{ bisectBatchOnFunctionError: true, reportBatchItemFailures: true, maximumRetryAttempts: 1 },
    });
    all.act = (sequences) => (sequences.includes(3) ? failing(3) : {});
    all.put(1, 2, 3, 4, 5);
    await all.poller.poll();
    expect(all.events).toStrictEqual([
      [1, 2, 3, 4, 5],
      [3, 4, 5],
    ]);
    expect(all.givenUp()).toStrictEqual([[3, 4, 5]]);
  });

  test('without a bound it is tried once a poll, and blocks the shard but no other', async () => {
    const all = setUp({ batchSize: 1 });
    all.act = throwOn(1);
    all.put(1, 2);
    all.putInto('s2', record(100));
    await all.poller.poll();
    await all.poller.poll();
    expect(all.events).toStrictEqual([[1], [100], [1]]);
    all.act = () => undefined;
    await all.poller.poll();
    expect(all.events).toStrictEqual([[1], [100], [1], [1], [2]]);
  });

  test('records that grow too old are given up, also between two tries', async () => {
    const all = setUp({ maximumRecordAgeInSeconds: 60 });
    all.act = throwOn(1, 2);
    all.put(1);
    all.advance(50);
    all.put(2);
    await all.poller.poll();
    all.advance(11);
    await all.poller.poll();
    expect(all.events).toStrictEqual([[1, 2], [2]]);
    expect(all.givenUp()).toStrictEqual([[1]]);
    expect(all.failures[0]!.body.requestContext).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: 1,
    });
    all.advance(60);
    all.put(3);
    await all.poller.poll();
    expect(all.givenUp()).toStrictEqual([[1], [2]]);
    expect(all.events.at(-1)).toStrictEqual([3]);
  });

  test('what is given up is left with all that is needed to play it again', async () => {
    const all = setUp({ maximumRetryAttempts: 1, functionName: 'generate-patch' });
    all.act = throwOn(1);
    all.advance(1_700_000_000);
    all.put(1, 2);
    await all.poller.poll();
    const [{ key, body }] = all.failures as [{ key: string; body: FailureRecord }];
    expect(key).toMatch(/^aws\/lambda\/[0-9a-f-]{36}\/s1\/2023\/11\/14\/2023-11-14T22\.13\.20-[0-9a-f-]{36}$/);
    expect(body).toMatchObject({
      requestContext: {
        functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:generate-patch',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { functionError: 'Unhandled' },
      timestamp: '2023-11-14T22:13:20.000Z',
      DDBStreamBatchInfo: {
        ...{ shardId: 's1', startSequenceNumber: '1', endSequenceNumber: '2', batchSize: 2, streamArn: STREAM },
        approximateArrivalOfFirstRecord: '2023-11-14T22:13:20.000Z',
      },
    });
    const { Records } = JSON.parse(body.payload) as { Records: LambdaStreamRecord[] };
    expect(Records.map(({ dynamodb }) => dynamodb.Keys)).toStrictEqual([
      { pk: { S: 'p' }, sk: { S: '1' } },
      { pk: { S: 'p' }, sk: { S: '2' } },
    ]);
  });
});

function failingWith(itemIdentifier: unknown): unknown {
  return { batchItemFailures: [{ itemIdentifier }] };
}
