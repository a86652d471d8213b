import { SubscribeCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { makeSnsClient } from '../../../adapters/aws/clients/sns-client';
import type { LambdaChain } from './lambda-chain';
import { createQueue, uniqueName } from './resources';

/** What SNS hands to a queue (SNS, "Amazon SNS message formats"). */
const notification = z.object({
  Type: z.literal('Notification'),
  Subject: z.string(),
  Message: z.string(),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })),
});
const busEvent = z.looseObject({ source: z.string(), 'detail-type': z.string(), detail: z.unknown() });

/** A notice, as a person gets it. */
export interface SentNotice {
  readonly subject: string;
  readonly message: string;
  /** e.g. `{ kind: 'promoted', image: 'debian' }`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a chain has told people and other systems. */
export interface ChainOutbox {
  /** Notices on the topic since the last time. */
  notices(): Promise<SentNotice[]>;
  /** Events of this system on the bus since the last time. */
  events(): Promise<z.infer<typeof busEvent>[]>;
}

/** Subscribes a queue to a chain's topic, and another to this system's own events on the bus. */
export async function openOutbox(chain: LambdaChain): Promise<ChainOutbox> {
  const client = new SQSClient();
  const [notices, events] = [await createQueue(client), await createQueue(client)];
  await makeSnsClient().send(
    new SubscribeCommand({ TopicArn: chain.resources.topicArn, Protocol: 'sqs', Endpoint: notices.arn }),
  );
  const pattern = { source: ['golden-images'] };
  await chain.bus.putRule({ name: uniqueName('golden-images'), pattern, queueArn: events.arn });
  return {
    notices: async () =>
      (await drain(client, notices.url)).map((body) => {
        const { Subject: subject, Message: message, MessageAttributes } = notification.parse(body);
        const attributes = Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value] as const);
        return { subject, message, attributes: Object.fromEntries(attributes) };
      }),
    events: async () => (await drain(client, events.url)).map((body) => busEvent.parse(body)),
  };
}

async function drain(client: SQSClient, QueueUrl: string): Promise<unknown[]> {
  const bodies: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}
