import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaChain } from './lambda-chain';
import { sendMessages } from './resources';
import { wakeImages } from './wake-images';

/** Messages of a queue, hidden ones included. */
export async function countMessages(queueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await new SQSClient().send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}

/** Messages of a queue that its delay holds back. */
export async function countDelayed(queueUrl: string): Promise<number> {
  const name = 'ApproximateNumberOfMessagesDelayed';
  const { Attributes } = await new SQSClient().send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }),
  );
  return Number(Attributes?.[name] ?? 0);
}

/**
 * Lets the chain run until every rebuild signal is done with; those that were given up are redriven, as a person would.
 * @param names images that are woken where they were postponed: a signal may wait for that
 */
export async function settleSignals(chain: LambdaChain, names: readonly string[]): Promise<void> {
  const { url, deadLetterUrl } = chain.resources.signals;
  for (let tries = 0; tries < 20; tries++) {
    await chain.settle();
    if ((await countMessages(url)) + (await countMessages(deadLetterUrl)) === 0) return;
    await wakeImages(chain, names);
    await redrive(deadLetterUrl, url);
    await sleep(1100);
  }
  throw new Error('rebuild signals are left');
}

async function redrive(from: string, to: string): Promise<void> {
  const client = new SQSClient();
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10 }));
  for (const { Body = '', ReceiptHandle } of Messages) {
    await sendMessages(client, to, [Body]);
    await client.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
  }
}
