import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TEST_REGION } from './aws-environment';
import { failedItems, throughJson } from './batch-response';
import { type FilterCriteria, passesFilter } from './event-pattern';

/** A message as Lambda hands it to a function (Lambda guide, "Using Lambda with Amazon SQS"). */
export interface LambdaQueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** An event source mapping of a queue, in the words of the Lambda API (CreateEventSourceMapping). */
export interface QueuePollerOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Runs the function on an event; a rejection is a function error. */
  readonly invoke: (event: { Records: LambdaQueueRecord[] }) => Promise<unknown>;
  readonly filterCriteria?: FilterCriteria;
  /** Over 10, Lambda wants a window of a second at least. @default 10 */
  readonly batchSize?: number;
  /** `ReportBatchItemFailures` of FunctionResponseTypes. @default false */
  readonly reportBatchItemFailures?: boolean;
  /** Batches in flight at once. @default 1 */
  readonly concurrency?: number;
}

/** What one poll did. */
export interface QueuePollerCounts {
  readonly invocations: number;
  /** Messages that were done with, and so deleted. */
  readonly done: number;
  /** Messages that are in the queue again after their visibility timeout, or in its dead-letter queue. */
  readonly failed: number;
  /** Messages that the filter did not let through; they are deleted. */
  readonly filtered: number;
}

/** Most messages of one ReceiveMessage (SQS API). */
const RECEIVE_LIMIT = 10;

/**
 * Polls a queue as Lambda does: batches of visible messages; those that are done with are deleted, those that failed become
 * visible again by the queue's own timeout, and go to its dead-letter queue by the queue's own redrive policy.
 */
export class QueuePoller {
  private readonly options: QueuePollerOptions;

  constructor(options: QueuePollerOptions) {
    this.options = options;
  }

  /** Delivers all messages that are visible now. */
  async poll(): Promise<QueuePollerCounts> {
    const total = { invocations: 0, done: 0, failed: 0, filtered: 0 };
    const work = async (): Promise<void> => {
      for (let batch = await this.receive(); batch.length > 0; batch = await this.receive()) {
        const passed = batch.filter((record) => this.passes(record));
        const failed = passed.length === 0 ? new Set<string>() : await this.run(passed);
        await this.remove(batch.filter(({ messageId }) => !failed.has(messageId)));
        total.invocations += passed.length === 0 ? 0 : 1;
        total.done += passed.length - failed.size;
        total.failed += failed.size;
        total.filtered += batch.length - passed.length;
      }
    };
    await Promise.all(Array.from({ length: this.options.concurrency ?? 1 }, work));
    return total;
  }

  private async receive(): Promise<LambdaQueueRecord[]> {
    const { client, queueUrl, batchSize = 10 } = this.options;
    const records: LambdaQueueRecord[] = [];
    while (records.length < batchSize) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(RECEIVE_LIMIT, batchSize - records.length),
        // A poll is over when nothing is visible, also of a queue that would wait for more.
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      const { Messages = [] } = await client.send(command);
      if (Messages.length === 0) break;
      records.push(...Messages.map((message) => this.toRecord(message)));
    }
    return records;
  }

  private toRecord(message: Message): LambdaQueueRecord {
    const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' } = message;
    return {
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: message.Attributes ?? {},
      messageAttributes: message.MessageAttributes ?? {},
      md5OfBody: MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.options.queueArn,
      awsRegion: TEST_REGION,
    };
  }

  /** Filters look into a body that is JSON (Lambda guide, "Using event filtering with an Amazon SQS event source"). */
  private passes(record: LambdaQueueRecord): boolean {
    return passesFilter(this.options.filterCriteria, { ...record, body: parsed(record.body) });
  }

  /** Runs the function. @returns the ids of the messages that failed */
  private async run(records: readonly LambdaQueueRecord[]): Promise<ReadonlySet<string>> {
    const { invoke, reportBatchItemFailures = false } = this.options;
    const all = new Set(records.map(({ messageId }) => messageId));
    try {
      const event = throughJson({ Records: records }) as { Records: LambdaQueueRecord[] };
      const response = throughJson(await invoke(event));
      const failed = reportBatchItemFailures ? failedItems(response, all) : [];
      return failed === 'all' ? all : new Set(failed);
    } catch {
      return all;
    }
  }

  private async remove(records: readonly LambdaQueueRecord[]): Promise<void> {
    const { client, queueUrl } = this.options;
    for (let start = 0; start < records.length; start += RECEIVE_LIMIT) {
      const entries = records.slice(start, start + RECEIVE_LIMIT);
      const command = new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: entries.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
      });
      await client.send(command);
    }
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
