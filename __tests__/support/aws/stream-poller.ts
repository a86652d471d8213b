import { randomUUID } from 'node:crypto';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { failedItems, throughJson } from './batch-response';
import { type FilterCriteria, passesFilter } from './event-pattern';
import { type FailureCondition, type FailureDestination, writeFailure } from './failure-destination';
import { recordsOf, shardsOf } from './read-stream';
import { isNoChange, type LambdaStreamRecord, toLambdaRecord } from './stream-event';

/** An event source mapping, in the words of the Lambda API (CreateEventSourceMapping), with its defaults for streams. */
export interface StreamPollerOptions {
  readonly streams: DynamoDBStreamsClient;
  readonly streamArn: string;
  /** Runs the function on an event; a rejection is a function error. */
  readonly invoke: (event: { Records: LambdaStreamRecord[] }) => Promise<unknown>;
  readonly functionName?: string;
  readonly filterCriteria?: FilterCriteria;
  /** @default 100 */
  readonly batchSize?: number;
  /** @default 0 */
  readonly maximumBatchingWindowInSeconds?: number;
  /** Tries after the first. @default -1, without end */
  readonly maximumRetryAttempts?: number;
  /** @default -1, without end */
  readonly maximumRecordAgeInSeconds?: number;
  /** @default false */
  readonly bisectBatchOnFunctionError?: boolean;
  /** `ReportBatchItemFailures` of FunctionResponseTypes. @default false */
  readonly reportBatchItemFailures?: boolean;
  readonly onFailure?: FailureDestination;
  /** @default the machine's */
  readonly clock?: () => Date;
  /** Where the clock is a test's own: from when a record's age counts. @default 'creation' */
  readonly ageFrom?: 'creation' | 'read';
}

/** What a mapping has done so far. */
export interface StreamPollerCounts {
  readonly invocations: number;
  /** Records that the filter let through. */
  readonly passed: number;
  readonly filtered: number;
  /** Records that were given up. */
  readonly discarded: number;
}

/** Records that go to the function together. */
interface Batch {
  readonly records: readonly LambdaStreamRecord[];
  /** Tries that count against the retries. */
  readonly attempts: number;
  /** Times that the function was run on them. */
  readonly invocations: number;
}

interface Shard {
  /** Sequence number up to which records were read. */
  read: string | undefined;
  /** Records that gather, with the time when the first of them was read. */
  gathering: LambdaStreamRecord[];
  since: number | undefined;
  /** Batches that failed, or are parts of such, first to last: they are before everything else. */
  readonly pending: Batch[];
}

/** Most bytes of an event (Lambda quotas, synchronous invocation). */
const PAYLOAD_BYTES_LIMIT = 6 * 1024 * 1024;

/**
 * Polls a table's stream as Lambda does (Lambda guide, "Polling and batching streams"): from TRIM_HORIZON, shard by
 * shard, at most one batch in flight per
 * shard; records that the filter does not let through are passed over; a batch is full, or its window is over, before it
 * goes out. A batch that fails is tried again from its first failed record on before anything after it, is halved where the
 * function threw, and is left at the failure destination when its retries or its age are used up. Retries follow at once,
 * where they are bounded; without a bound one try is made per {@link poll}.
 */
export class StreamPoller {
  private readonly options: StreamPollerOptions;
  private readonly mappingId = randomUUID();
  private readonly shards = new Map<string, Shard>();
  private readonly counts = { invocations: 0, passed: 0, filtered: 0, discarded: 0 };
  /** When records were read, by sequence number; only where their age counts from then. */
  private readonly readAt = new Map<string, number>();
  private polling: Promise<StreamPollerCounts> | undefined;

  constructor(options: StreamPollerOptions) {
    this.options = options;
  }

  /** Delivers what is to be delivered now. @returns what was done since the beginning */
  async poll(): Promise<StreamPollerCounts> {
    // Two polls at once would be two batches in flight.
    this.polling ??= this.pollShards().finally(() => {
      this.polling = undefined;
    });
    return await this.polling;
  }

  private async pollShards(): Promise<StreamPollerCounts> {
    const { streams, streamArn } = this.options;
    for (const { ShardId: id = '' } of await shardsOf(streams, streamArn)) {
      const shard = this.shards.get(id) ?? { read: undefined, gathering: [], since: undefined, pending: [] };
      this.shards.set(id, shard);
      await this.read(id, shard);
      for (let batch = this.next(shard); batch !== undefined; batch = this.next(shard))
        if (!(await this.deliver(id, shard, batch))) break;
    }
    return { ...this.counts };
  }

  private async read(id: string, shard: Shard): Promise<void> {
    const { streams, streamArn, filterCriteria } = this.options;
    for (const raw of await recordsOf(streams, streamArn, id, shard.read)) {
      const record = toLambdaRecord(raw, streamArn);
      shard.read = record.dynamodb.SequenceNumber;
      if (isNoChange(record)) continue;
      const passes = passesFilter(filterCriteria, record);
      this.counts[passes ? 'passed' : 'filtered']++;
      if (passes) shard.gathering.push(record);
      if (passes && this.options.ageFrom === 'read') this.readAt.set(record.dynamodb.SequenceNumber, this.now() / 1000);
    }
    if (shard.gathering.length > 0) shard.since ??= this.now();
  }

  /** The batch that is to go out now, if there is one. */
  private next(shard: Shard): Batch | undefined {
    const retried = shard.pending.shift();
    if (retried !== undefined) return retried;
    const { batchSize = 100, maximumBatchingWindowInSeconds: window = 0 } = this.options;
    const size = fitting(shard.gathering.slice(0, batchSize));
    const isFull = size === batchSize || size < shard.gathering.length;
    const isOver = shard.since !== undefined && this.now() - shard.since >= window * 1000;
    if (size === 0 || (!isFull && !isOver)) return undefined;
    const records = shard.gathering.splice(0, size);
    if (!isOver || shard.gathering.length === 0) shard.since = shard.gathering.length === 0 ? undefined : this.now();
    return { records, attempts: 0, invocations: 0 };
  }

  /** @returns false where the shard waits for the next poll */
  private async deliver(id: string, shard: Shard, batch: Batch): Promise<boolean> {
    const young = await this.withoutOld(id, batch);
    if (young.records.length === 0) return true;
    const outcome = await this.run(young);
    if (outcome.failedFrom === undefined) return true;
    const left = young.records.slice(outcome.failedFrom);
    const { bisectBatchOnFunctionError: bisect = false, maximumRetryAttempts: retries = -1 } = this.options;
    const invocations = young.invocations + 1;
    if (outcome.threw && bisect && left.length > 1) {
      // Halving does not count against the retries.
      const half = Math.ceil(left.length / 2);
      const parts = [left.slice(0, half), left.slice(half)];
      shard.pending.unshift(...parts.map((records) => ({ records, attempts: young.attempts, invocations })));
      return true;
    }
    const next: Batch = { records: left, attempts: young.attempts + 1, invocations };
    if (retries >= 0 && next.attempts > retries) await this.giveUp(id, next, 'RetryAttemptsExhausted');
    else shard.pending.unshift(next);
    return retries >= 0;
  }

  /** Runs the function. @returns index of the first record that failed, and whether the function threw */
  private async run({ records }: Batch): Promise<{ failedFrom: number | undefined; threw: boolean }> {
    const { invoke, reportBatchItemFailures = false } = this.options;
    this.counts.invocations++;
    try {
      const event = throughJson({ Records: records }) as { Records: LambdaStreamRecord[] };
      const response = throughJson(await invoke(event));
      if (!reportBatchItemFailures) return { failedFrom: undefined, threw: false };
      const sequences = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
      const failed = failedItems(response, new Set(sequences));
      if (failed === 'all') return { failedFrom: 0, threw: false };
      const first = sequences.findIndex((sequence) => failed.includes(sequence));
      return { failedFrom: first === -1 ? undefined : first, threw: false };
    } catch {
      return { failedFrom: 0, threw: true };
    }
  }

  /** Gives the records up that are too old, which are the first ones. @returns the others */
  private async withoutOld(id: string, batch: Batch): Promise<Batch> {
    const { maximumRecordAgeInSeconds: limit = -1 } = this.options;
    if (limit < 0) return batch;
    const oldest = this.now() / 1000 - limit;
    const isOld = ({ dynamodb }: LambdaStreamRecord): boolean =>
      (this.readAt.get(dynamodb.SequenceNumber) ?? dynamodb.ApproximateCreationDateTime) < oldest;
    const old = batch.records.filter(isOld);
    if (old.length > 0) await this.giveUp(id, { ...batch, records: old }, 'RecordAgeExceeded');
    return { ...batch, records: batch.records.filter((record) => !isOld(record)) };
  }

  private async giveUp(shardId: string, { records, invocations }: Batch, condition: FailureCondition): Promise<void> {
    const { onFailure, functionName = 'function' } = this.options;
    this.counts.discarded += records.length;
    const batch = { records, shardId, functionName, condition, invocations, at: new Date(this.now()) };
    if (onFailure !== undefined) await writeFailure(onFailure, this.mappingId, batch);
  }

  private now(): number {
    return (this.options.clock?.() ?? new Date()).getTime();
  }
}

/** How many of the records, from the first, fit into one event. */
function fitting(records: readonly LambdaStreamRecord[]): number {
  let bytes = 0;
  const tooMany = records.findIndex(
    (record) => (bytes += Buffer.byteLength(JSON.stringify(record)) + 1) > PAYLOAD_BYTES_LIMIT,
  );
  return tooMany === -1 ? records.length : Math.max(1, tooMany);
}
