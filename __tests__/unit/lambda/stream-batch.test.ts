import { toAttributes } from '../../../adapters/aws/attribute-values';
import { AwsServiceError } from '../../../adapters/aws/aws-error';
import { toChangeRecord } from '../../../adapters/aws/stream-record';
import type { TableItem } from '../../../domain/table/items';
import { wakesGeneratePatch, wakesSignalRebuild } from '../../../domain/table/stream-filters';
import type { StreamBatchOptions } from '../../../functions/shared/stream-batch';
import { makeStreamBatch } from '../../../functions/shared/stream-batch';
import { makeImage, makeItem, makePatch } from '../table/samples';
import { recordingLogger, recordingMetrics } from './recorders';

const NAMES = ['a', 'b', 'c'];
const ESTATE = {
  byRepository: new Map(NAMES.map((name) => [`golden/${name}`, makeImage({ name, repository: `golden/${name}` })])),
  exceptions: [],
};

function world(
  options: Partial<StreamBatchOptions> & { fails?: Readonly<Record<string, Error>>; left?: number[] } = {},
) {
  const [logger, metrics] = [recordingLogger(), recordingMetrics()];
  const ran: string[] = [];
  const handle = makeStreamBatch({
    estate: ESTATE,
    logger,
    metrics,
    read: toChangeRecord,
    wakes: wakesGeneratePatch,
    run: async (image, imageLogger) => {
      ran.push(image.name);
      imageLogger.info('ran');
      await Promise.resolve();
      const failure = options.fails?.[image.name];
      if (failure !== undefined) throw failure;
    },
    reserveMs: 1000,
    ...options,
  });
  const left = [...(options.left ?? [])];
  const context = { getRemainingTimeInMillis: () => left.shift() ?? 60_000 };
  return {
    logger,
    metrics,
    ran,
    handle: async (records: readonly unknown[]) => await handle({ Records: records }, context),
    failed: async (records: readonly unknown[]) =>
      (await handle({ Records: records }, context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
  };
}

let sequence = 0;
beforeEach(() => {
  sequence = 0;
});

/** A record as the event source mapping of the stream hands it over. */
function record(newImage: TableItem | undefined, oldImage?: TableItem): Record<string, unknown> {
  const item = newImage ?? oldImage ?? makeItem();
  const image = (name: string, value: TableItem | undefined) =>
    value === undefined ? {} : { [name]: toAttributes(value) };
  return {
    eventID: `event-${++sequence}`,
    eventName: newImage === undefined ? 'REMOVE' : oldImage === undefined ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: 1716392454,
      Keys: { pk: { S: item.pk }, sk: { S: item.sk } },
      ...image('NewImage', newImage),
      ...image('OldImage', oldImage),
      SequenceNumber: String(sequence),
      SizeBytes: 100,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

const open = (image: string): TableItem => makeItem({ image, pk: `IMAGE#${image}` });
const poison = (): Record<string, unknown> => ({ ...record(open('a')), eventName: 'VANISH' });
const throttled = new AwsServiceError(
  { service: 's3', operation: 'PutObject', resource: 'bucket scripts' },
  Object.assign(new Error('slow down'), { name: 'SlowDown' }),
);
const denied = new AwsServiceError(
  { service: 's3', operation: 'PutObject', resource: 'bucket scripts' },
  Object.assign(new Error('no'), { name: 'AccessDenied' }),
);

describe('a batch of the stream', () => {
  it('looks at each image once, in the order in which they come', async () => {
    const here = world();
    const records = ['b', 'a', 'b', 'b', 'a'].map((name) => record(open(name)));
    expect(await here.failed(records)).toEqual([]);
    expect(here.ran).toEqual(['b', 'a']);
    expect(here.logger.lines.map(({ facts }) => facts)).toEqual([
      { image: 'b', eventId: 'event-1' },
      { image: 'a', eventId: 'event-2' },
    ]);
  });

  it('passes over what the function does not wake for, whatever the filter let through', async () => {
    const here = world();
    const same = open('a');
    const other = [
      record(same, same),
      record(undefined, makeItem({ state: 'PARKED' })),
      record(makePatch()),
      record(makeItem({ state: 'PARKED' })),
    ];
    expect(await here.failed(other)).toEqual([]);
    expect(here.ran).toEqual([]);
    const signal = world({ wakes: wakesSignalRebuild });
    await signal.failed([record(makePatch({ image: 'c' }))]);
    expect(signal.ran).toEqual(['c']);
  });

  it('counts records about images that are not declared any more', async () => {
    const here = world();
    expect(await here.failed([record(open('gone'))])).toEqual([]);
    expect(here.metrics.counts).toEqual({ RecordsIgnored: 1, 'RecordsIgnored not-declared': 1 });
  });

  it.each([[{}], [{ Records: [{ eventName: 'INSERT' }] }], [null]])(
    'that could not be reported by sequence is refused as a whole: %j',
    async (event) => {
      const handle = makeStreamBatch({
        ...{ estate: ESTATE, logger: recordingLogger(), metrics: recordingMetrics(), read: toChangeRecord },
        ...{
          wakes: wakesGeneratePatch,
          run: async () => {
            await Promise.resolve();
          },
          reserveMs: 0,
        },
      });
      await expect(handle(event, { getRemainingTimeInMillis: () => 1 })).rejects.toThrow(
        'no batch of a DynamoDB stream',
      );
    },
  );
});

describe('an image that fails', () => {
  it('fails with all its records, and keeps no other image', async () => {
    const here = world({ fails: { b: denied } });
    const records = ['a', 'b', 'c', 'b', 'a'].map((name) => record(open(name)));
    expect(await here.failed(records)).toEqual(['2', '4']);
    expect(here.ran).toEqual(['a', 'b', 'c']);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 2, 'RecordsFailed refused': 2 });
    const errors = here.logger.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ facts }) => [facts['image'], facts['eventId'], facts['reason'], facts['hint']])).toEqual([
      ['b', 'event-2', 'refused', denied.hint],
    ]);
  });

  it('in passing is reported, although it is the first: halving helps nobody', async () => {
    const here = world({ fails: { a: throttled } });
    expect(await here.failed([record(open('a')), record(open('b'))])).toEqual(['1']);
    expect(here.metrics.counts['RecordsFailed transient']).toBe(1);
  });

  it('when there is no time left waits for the next batch; the first one always gets its turn', async () => {
    const here = world({ left: [500, 500] });
    expect(await here.failed(['a', 'b', 'b', 'c'].map((name) => record(open(name))))).toEqual(['2', '3', '4']);
    expect(here.ran).toEqual(['a']);
    expect(here.metrics.counts['RecordsFailed out-of-time']).toBe(3);
  });
});

describe('a poison record', () => {
  it('among 100: the 99 others are done, it alone is reported', async () => {
    const here = world();
    const records = Array.from({ length: 100 }, (_, index) =>
      index === 41 ? poison() : record(open(NAMES[index % 3]!)),
    );
    expect(await here.failed(records)).toEqual(['42']);
    expect(here.ran).toEqual(['a', 'b', 'c']);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, 'RecordsFailed malformed': 1 });
  });

  it('at the head of its batch has the batch halved, once the others are done', async () => {
    const here = world();
    await expect(here.handle([poison(), record(open('b'))])).rejects.toThrow('record 1, the first of its batch');
    expect(here.ran).toEqual(['b']);
  });

  it('alone in its batch is reported, and goes to the failure destination when its retries are spent', async () => {
    expect(await world().failed([poison()])).toEqual(['1']);
  });

  it('is alone in the end, and nobody else lost, when the event source halves what throws', async () => {
    const here = world();
    const records = Array.from({ length: 100 }, (_, index) =>
      index === 41 ? poison() : record(open(NAMES[index % 3]!)),
    );
    const lost: string[] = [];
    const invoke = async (batch: readonly unknown[]): Promise<void> => {
      if (batch.length === 0) return;
      let lowest: string | undefined;
      try {
        lowest = (await here.failed(batch))[0];
      } catch {
        const middle = Math.ceil(batch.length / 2);
        await invoke(batch.slice(0, middle));
        await invoke(batch.slice(middle));
        return;
      }
      if (lowest === undefined) return;
      const rest = batch.slice(batch.findIndex((one) => sequenceOf(one) === lowest));
      if (rest.length < batch.length) await invoke(rest);
      else lost.push(...rest.map(sequenceOf)); // its retries are spent
    };
    await invoke(records);
    expect(lost).toEqual(['42']);
  });
});

function sequenceOf(value: unknown): string {
  return (value as { dynamodb: { SequenceNumber: string } }).dynamodb.SequenceNumber;
}
