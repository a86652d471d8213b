import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { BadInputError } from '../../domain/errors';
import { sqsEvent } from '../shared/sqs-event';

/**
 * Makes the handler of a batch of messages, each of which is one event. A message whose event fails goes back to the queue,
 * to be tried again after its visibility timeout, and to the dead-letter queue with its body when its tries are spent.
 * @param handleChange handles the event; what it throws, it has written down
 */
export function makeHandleSignals(
  handleChange: (event: unknown) => Promise<void>,
): (event: unknown) => Promise<SQSBatchResponse> {
  return async (event) => {
    const parsed = sqsEvent.safeParse(event);
    if (!parsed.success)
      throw new BadInputError('the event is no batch of SQS messages', {
        hint: 'only the event source mapping of the signals queue may invoke this function',
        cause: parsed.error,
      });
    return await processPartialResponse(
      { Records: parsed.data.Records },
      async ({ body }: SQSRecord) => {
        await handleChange(readBody(body));
      },
      new BatchProcessor(EventType.SQS),
      { processInParallel: false, throwOnFullBatchFailure: false },
    );
  };
}

/** What is no JSON is no event: the handler says so. */
function readBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
