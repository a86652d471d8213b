import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { ChangeRecord, Clock, FindingTable, Logger, Metrics } from '../../domain/ports';
import { isPostponed } from '../../domain/table/postpone';
import { imageOf } from '../../domain/table/stream-filters';
import { withFacts } from '../../domain/with-facts';
import { failureReason, isForGood, OutOfTimeError, reportFailure } from './failure';
import { makeLook } from './look';
import type { StreamEventRecord } from './stream-event';
import { streamEvent } from './stream-event';

/** How a batch of the table's stream is worked on. */
export interface StreamBatchOptions {
  /** Name of the function. */
  readonly service: string;
  readonly estate: Estate;
  /** Where it is noted that an image could not be looked at. */
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Reads a record. @throws where it is none of the table's */
  readonly read: (record: StreamEventRecord) => ChangeRecord;
  /** Records that the function is for; the event source's filter lets no others through, and says less. */
  readonly wakes: (record: ChangeRecord) => boolean;
  /** Looks at an image; told what to log with each line. */
  readonly run: (image: GoldenImage, logger: Logger) => Promise<unknown>;
  /** Milliseconds that an image's run may need: with less left, it waits for the next batch. */
  readonly reserveMs: number;
}

/** The part of Lambda's context that is used. */
export type BatchContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** Thrown where the first record of a batch cannot be done with: the event source then halves the batch. */
export class PoisonRecordError extends GoldenImagesError {
  override readonly name: string = 'PoisonRecordError';
  constructor(sequence: string, cause: unknown) {
    super('internal', `record ${sequence}, the first of its batch, cannot be done with`, { cause });
  }
}

/**
 * Makes the handler of a stream batch. Level-triggered: each image that records wake the function for is looked at once
 * per batch, however many they are; its records fail or succeed together, and the other images are looked at whatever
 * becomes of it.
 *
 * The event source goes on from the lowest sequence that is reported, and halves only a batch whose function threw
 * (Lambda guide, services-ddb-batchfailurereporting). So a batch whose first record fails for good ends with a
 * {@link PoisonRecordError}: halved again and
 * again, the record is alone in the end, and goes alone to the failure destination. What failed in passing is reported.
 *
 * An image whose look fails for good is not its records' fault: it is noted in the table and looked at later, and its records
 * are done with ({@link makeLook}). Such a note wakes nobody before its time.
 */
export function makeStreamBatch(
  options: StreamBatchOptions,
): (event: unknown, context: BatchContext) => Promise<DynamoDBBatchResponse> {
  const { estate, logger, metrics } = options;
  const look = makeLook(options);
  const images = new Map([...estate.byRepository.values()].map((image) => [image.name, image]));
  return async (event, context) => {
    const batch = parseBatch(event);
    const runs = new Map<string, Promise<void>>();
    const failures = new Map<string, unknown>();
    const reported = new Set<unknown>();

    const runOnce = async (image: GoldenImage, eventId: string | undefined): Promise<void> => {
      const started = runs.get(image.name);
      if (started !== undefined) {
        await started;
        return;
      }
      const isLate = runs.size > 0 && context.getRemainingTimeInMillis() < options.reserveMs;
      const run = isLate
        ? Promise.reject(new OutOfTimeError(image.name))
        : look(image, withFacts(logger, { image: image.name, eventId }));
      runs.set(image.name, run);
      await run;
    };
    const handle = async (record: StreamEventRecord): Promise<void> => {
      const facts: Record<string, unknown> = { eventId: record.eventID, sequence: record.dynamodb.SequenceNumber };
      try {
        const change = options.read(record);
        if (!options.wakes(change) || isPostponed(change, options.clock())) return;
        const name = imageOf(change);
        const image = images.get(name ?? '');
        Object.assign(facts, { image: name, item: change.key.sk });
        if (image !== undefined) {
          await runOnce(image, record.eventID);
          return;
        }
        metrics.count('RecordsIgnored', 1, 'not-declared');
        logger.warn('record is about an image that is not declared any more', facts);
      } catch (error) {
        failures.set(record.dynamodb.SequenceNumber, error);
        // An image's records fail with one error: it is told once.
        if (reported.has(error)) metrics.count('RecordsFailed', 1, failureReason(error));
        else reportFailure(options, error, facts);
        reported.add(error);
        throw error;
      }
    };

    const response = await processPartialResponse(
      { Records: batch as unknown as DynamoDBRecord[] },
      handle as (record: DynamoDBRecord) => Promise<void>,
      new BatchProcessor(EventType.DynamoDBStreams),
      { processInParallel: false, throwOnFullBatchFailure: false },
    );
    const first = batch[0]?.dynamodb.SequenceNumber ?? '';
    if (batch.length > 1 && failures.has(first) && isRecordsOwn(failures.get(first)))
      throw new PoisonRecordError(first, failures.get(first));
    return response;
  };
}

/** Halving finds a record that nothing can be done with. What the table refuses, it refuses each half as well. */
function isRecordsOwn(error: unknown): boolean {
  const reason = failureReason(error);
  return isForGood(reason) && reason !== 'refused';
}

function parseBatch(event: unknown): readonly StreamEventRecord[] {
  const parsed = streamEvent.safeParse(event);
  if (parsed.success) return parsed.data.Records;
  throw new BadInputError('the event is no batch of a DynamoDB stream', {
    hint: 'only the event source mapping of the stream may invoke this function',
    cause: parsed.error,
  });
}
