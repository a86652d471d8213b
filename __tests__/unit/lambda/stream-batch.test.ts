import { toAttributes } from '../../../adapters/aws/attribute-values';
import { AwsServiceError } from '../../../adapters/aws/aws-error';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { toChangeRecord } from '../../../adapters/aws/stream-record';
import { BadInputError, ConditionFailedError } from '../../../domain/errors';
import type { TableItem } from '../../../domain/table/items';
import { replanKey } from '../../../domain/table/keys';
import { wakePostponed } from '../../../domain/table/postpone';
import { wakesGeneratePatch, wakesSignalRebuild } from '../../../domain/table/stream-filters';
import type { StreamBatchOptions } from '../../../functions/shared/stream-batch';
import { makeStreamBatch } from '../../../functions/shared/stream-batch';
import { makeImage, makeItem, makePatch, NOW } from '../table/samples';
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
  const table = new MemoryFindingTable();
  const handle = makeStreamBatch({
    service: 'generate-patch',
    estate: ESTATE,
    table,
    clock: () => NOW,
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
    table,
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

const deniedByTable = new AwsServiceError(
  { service: 'dynamodb', operation: 'PutItem', resource: 'table t' },
  Object.assign(new Error('no'), { name: 'AccessDeniedException' }),
);

/** A table that takes nothing. */
function withPut(error: Error): MemoryFindingTable {
  const table = new MemoryFindingTable();
  table.put = async () => {
    await Promise.reject(error);
  };
  return table;
}

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
        ...{ service: 'generate-patch', table: new MemoryFindingTable(), clock: () => NOW },
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
  it('in passing fails with all its records, and keeps no other image', async () => {
    const here = world({ fails: { b: throttled } });
    const records = ['a', 'b', 'c', 'b', 'a'].map((name) => record(open(name)));
    expect(await here.failed(records)).toEqual(['2', '4']);
    expect(here.ran).toEqual(['a', 'b', 'c']);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 2, 'RecordsFailed transient': 2 });
    const errors = here.logger.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ facts }) => [facts['image'], facts['eventId'], facts['reason'], facts['hint']])).toEqual([
      ['b', 'event-2', 'transient', throttled.hint],
    ]);
    expect(await here.table.query('IMAGE#b')).toEqual([]);
  });

  it.each([
    ['refused', denied],
    ['malformed', new BadInputError('item "IMAGE#b" / "FINDING#x" cannot be read')],
    ['fault', new TypeError('of ours')],
  ])('for good (%s) is noted and looked at later; its records are done with', async (reason, error) => {
    const here = world({ fails: { b: error } });
    expect(await here.failed(['b', 'a', 'b', 'c'].map((name) => record(open(name))))).toEqual([]);
    expect(here.ran).toEqual(['b', 'a', 'c']);
    expect(here.metrics.counts).toEqual({ ImagesPostponed: 1, [`ImagesPostponed ${reason}`]: 1 });
    expect(await here.table.query('IMAGE#b')).toEqual([
      {
        ...{ ...replanKey('b'), version: 1, type: 'REPLAN', image: 'b', state: 'REQUESTED' },
        why: `generate-patch failed (${reason}): ${error.message}`,
        notBefore: '2024-06-01T00:15:00.000Z',
      },
    ]);
    const told = here.logger.lines.filter(({ level }) => level === 'error');
    expect(told.map(({ facts }) => [facts['image'], facts['eventId'], facts['reason'], facts['error']])).toEqual([
      ['b', 'event-1', reason, error],
    ]);
  });

  it('for good is not looked at again because of its own note, until that is due', async () => {
    const here = world({ fails: { b: denied } });
    await here.failed([record(open('b'))]);
    const note = await here.table.get(replanKey('b'));
    expect([await here.failed([record(note)]), here.ran]).toEqual([[], ['b']]);
    // Whatever else happens to the image has it looked at, and writes no second note.
    await here.failed([record(open('b'))]);
    expect([here.ran, await here.table.get(replanKey('b'))]).toEqual([['b', 'b'], note]);

    expect(await wakePostponed(here.table, 'b', NOW)).toBe(false);
    expect(await wakePostponed(here.table, 'b', new Date('2024-06-01T00:15:00.000Z'))).toBe(true);
    const due = await here.table.get(replanKey('b'));
    expect(due).toEqual({ ...note, version: 2, notBefore: undefined });
    await here.failed([record(due, note)]);
    expect(here.ran).toEqual(['b', 'b', 'b']);
    expect(await wakePostponed(here.table, 'a', NOW)).toBe(false);
  });

  it('for good where the table refuses the note is retried with all its records, and not halved', async () => {
    const table = withPut(deniedByTable);
    const here = world({ fails: { a: denied, b: denied }, table });
    expect(await here.failed(['a', 'b', 'c'].map((name) => record(open(name))))).toEqual(['1', '2']);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 2, 'RecordsFailed refused': 2 });
  });

  it.each<[string, Error]>([
    ['transient', throttled],
    ['contention', new ConditionFailedError('IMAGE#a', 'REPLAN', 1)],
  ])('for good where the note fails in passing (%s) is tried again, and not halved', async (reason, passing) => {
    const table = withPut(passing);
    const here = world({ fails: { a: new TypeError('of ours') }, table });
    expect(await here.failed(['a', 'b'].map((name) => record(open(name))))).toEqual(['1']);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, [`RecordsFailed ${reason}`]: 1 });
    expect(here.logger.lines.map(({ message }) => message)).toContain('image could not be postponed');
  });

  it('for good where its note cannot be read is alone in the end, for the failure destination', async () => {
    const table = new MemoryFindingTable();
    table.get = async () => await Promise.reject(new BadInputError('item "IMAGE#a" / "REPLAN" cannot be read'));
    const here = world({ fails: { b: denied }, table });
    await expect(here.handle(['b', 'c'].map((name) => record(open(name))))).rejects.toThrow('the first of its batch');
    expect(await here.failed([record(open('b'))])).toEqual(['3']);
    expect(here.logger.lines.map(({ message }) => message)).toContain('image could not be postponed');
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
