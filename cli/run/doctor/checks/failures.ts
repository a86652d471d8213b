import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { type AwsCall, callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, lookAtEach, ok, type Seen } from '../check';

/** Queues of what failed for good, by the end of their names; the patching stack makes them. */
export const FAILURE_QUEUES = ['failures', 'findings-dead-letters', 'signals-dead-letters'] as const;
/** What to do about them, by headings of docs/runbooks.md. */
export const RUNBOOKS = {
  failures: 'Events that were given up',
  'findings-dead-letters': 'Dead letters of findings and signals',
  'signals-dead-letters': 'Dead letters of findings and signals',
  batches: 'Stream batches that failed for good',
} as const satisfies Record<(typeof FAILURE_QUEUES)[number] | 'batches', string>;
const APPLY = 'apply the patching stack (docs/deploying.md)';
const ABSENT = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

/** Whether something waits that failed for good. */
export const failures: Check<Account> = {
  id: 'failures',
  look: async (account) => [
    ...(await lookAtEach(
      FAILURE_QUEUES,
      (queue) => `queue ${account.label.name('queue', queue)}`,
      async (queue, subject) => await messagesIn(account, queue, subject),
    )),
    ...(await failedBatches(account)),
  ],
};

async function messagesIn(
  { clients, label }: Account,
  queue: (typeof FAILURE_QUEUES)[number],
  subject: string,
): Promise<Seen> {
  const call = (operation: string): AwsCall => ({ service: 'sqs', operation, resource: subject });
  try {
    const { QueueUrl } = await callAws(
      call('GetQueueUrl'),
      async () => await clients.sqs.send(new GetQueueUrlCommand({ QueueName: label.name('queue', queue) })),
    );
    const { Attributes = {} } = await callAws(
      call('GetQueueAttributes'),
      async () =>
        await clients.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl,
            AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
          }),
        ),
    );
    const count = Object.values(Attributes).reduce((total, text) => total + Number(text), 0);
    return count === 0
      ? ok(subject, 'it is empty')
      : failure(
          subject,
          `${count} ${count === 1 ? 'message waits' : 'messages wait'} in it: events that failed for good`,
          `read them, mend the cause, and redrive them (docs/runbooks.md, "${RUNBOOKS[queue]}"); SQS drops them after 14 days`,
        );
  } catch (error) {
    if (!hasCode(error, ...ABSENT)) throw error;
    return failure(subject, 'it does not exist', APPLY);
  }
}

/** Batches of the stream that failed for good lie in a bucket, with their records. */
async function failedBatches({ label, clients }: Account): Promise<readonly Seen[]> {
  const bucket = label.bucket('failures');
  const subject = `bucket ${bucket}`;
  return await lookAt(subject, async () => {
    try {
      const { Contents = [] } = await callAws(
        { service: 's3', operation: 'ListBucket', resource: subject },
        async () => await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })),
      );
      const [first] = Contents;
      return first === undefined
        ? ok(subject, 'it is empty')
        : failure(
            subject,
            `stream batches that failed for good lie in it, the first at ${first.Key ?? ''}`,
            `read them, mend the cause, and delete them (docs/runbooks.md, "${RUNBOOKS.batches}"); reconcile-findings does what they would have done`,
          );
    } catch (error) {
      if (!hasCode(error, 'NoSuchBucket')) throw error;
      return failure(subject, 'it does not exist', APPLY);
    }
  });
}
