import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { BadInputError } from '../../domain/errors';
import type { Finding } from '../../domain/finding/finding';
import { findingSortKey } from '../../domain/finding/finding-key';
import type { Logger, Metrics } from '../../domain/ports';
import type { RecordProblem } from '../../domain/finding/record-problem';
import { reportFailure } from '../shared/failure';
import type { SqsMessage } from '../shared/sqs-event';
import { sqsEvent } from '../shared/sqs-event';
import type { Home, ReadMessage } from './events';
import { readMessage } from './events';
import type { IngestResult } from './ingest-ports';

/** What the messages are handled with. */
export interface HandleMessagesOptions {
  readonly ingest: (findings: readonly Finding[]) => Promise<IngestResult>;
  readonly home: Home;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Problems of a message that are told; the rest is counted. */
const MAX_TOLD = 5;

/**
 * Makes the handler of a batch of messages. All findings of the batch are folded at once; where that fails, each
 * message's own, so that one message's trouble is that message's alone. What is malformed goes back to the queue, and
 * after its retries to the dead-letter queue with its body; what is none of our business is counted and done with.
 */
export function makeHandleMessages(options: HandleMessagesOptions): (event: unknown) => Promise<SQSBatchResponse> {
  return async (event) => {
    const batch = parseBatch(event);
    const messages = new Map(batch.map((message) => [message.messageId, readMessage(message.body, options.home)]));
    const together = ingestTogether(
      options,
      [...messages.values()].flatMap(({ findings }) => findings),
    );
    return await processPartialResponse(
      { Records: batch as unknown as SQSRecord[] },
      async ({ messageId }: SQSRecord) => {
        const message = messages.get(messageId);
        if (message !== undefined) await handleMessage(options, messageId, message, together);
      },
      new BatchProcessor(EventType.SQS),
      { processInParallel: false, throwOnFullBatchFailure: false },
    );
  };
}

/** @returns whether everything was folded */
async function ingestTogether(options: HandleMessagesOptions, findings: readonly Finding[]): Promise<boolean> {
  if (findings.length === 0) return true;
  try {
    countResult(options.metrics, await options.ingest(findings));
    return true;
  } catch (error) {
    options.logger.warn('the batch failed as a whole, each message is tried alone', {
      findings: findings.length,
      error,
    });
    return false;
  }
}

async function handleMessage(
  options: HandleMessagesOptions,
  messageId: string,
  { eventId, findings, ignored, problems }: ReadMessage,
  together: Promise<boolean>,
): Promise<void> {
  const { ingest, logger, metrics } = options;
  const facts = {
    eventId,
    messageId,
    ...(findings[0] !== undefined && { arn: findings[0].arn, repository: findings[0].repository }),
    findings: findings.map(findingSortKey),
  };
  for (const reason of ignored) metrics.count('EventsIgnored', 1, reason);
  if (ignored.length > 0) logger.info('event passed over', { ...facts, reasons: [...new Set(ignored)] });
  try {
    if (!(await together) && findings.length > 0) countResult(metrics, await ingest(findings));
    if (problems.length > 0) throw malformedEvent(problems);
    logger.debug('event done', facts);
  } catch (error) {
    reportFailure(options, error, facts);
    throw error;
  }
}

function countResult(metrics: Metrics, { folded, duplicates, unattributed, lineage }: IngestResult): void {
  metrics.count('FindingsFolded', folded);
  metrics.count('FindingsKnown', duplicates);
  if (lineage === undefined) {
    metrics.count('FindingsUnattributed', unattributed);
    return;
  }
  metrics.count('FindingsInherited', lineage.attributed);
  metrics.count('LayersUnknown', lineage.unknownLayers);
  for (const [reason, count] of Object.entries(lineage.unattributed))
    metrics.count('FindingsUnattributed', count, reason);
}

function malformedEvent(problems: readonly RecordProblem[]): BadInputError {
  const told = problems.slice(0, MAX_TOLD).map(({ path, message }) => `${path || 'the event'} ${message}`);
  const more = problems.length > MAX_TOLD ? ` (and ${problems.length - MAX_TOLD} more)` : '';
  return new BadInputError(`the event is malformed: ${told.join('; ')}${more}`, {
    hint: 'its body is in the dead-letter queue when the retries are spent: correct what reads it, and redrive the queue',
  });
}

function parseBatch(event: unknown): readonly SqsMessage[] {
  const parsed = sqsEvent.safeParse(event);
  if (parsed.success) return parsed.data.Records;
  throw new BadInputError('the event is no batch of SQS messages', {
    hint: 'only the event source mapping of the findings queue may invoke this function',
    cause: parsed.error,
  });
}
