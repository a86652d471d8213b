import {
  CreateEventBusCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AwsNotifier } from '../../adapters/aws/aws-notifier';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { promotedEventDetail } from '../../domain/notice/promoted-event';
import { withEnvironment } from '../support/aws/aws-environment';
import { type HttpStub, startHttpStub, type StubAction, type StubRequest } from '../support/aws/http-stub';
import { describeOnMoto } from '../support/aws/moto-server';
import { createQueue, uniqueName } from '../support/aws/resources';
import { everyNotice, makePromoted, makeRolledBack, vulnerabilities } from '../unit/notice/samples';
import { describeNotifier } from './notifier.contract';

/** An SNS message as a queue gets it (SNS guide, "Parsing message formats"). */
interface SnsEnvelope {
  readonly Subject: string;
  readonly Message: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A topic and a bus, each with a queue behind it. */
class World {
  private readonly sqs = new SQSClient();
  readonly sns: SNSClient = makeSnsClient({ maximumAttempts: 2 });
  readonly eventBridge: EventBridgeClient = makeEventBridgeClient({ maximumAttempts: 2 });
  readonly eventBusName = uniqueName('bus');
  topicArn = '';
  private messageQueue = '';
  private eventQueue = '';

  async make(): Promise<this> {
    const [messages, events] = [await createQueue(this.sqs), await createQueue(this.sqs)];
    [this.messageQueue, this.eventQueue] = [messages.url, events.url];
    const { TopicArn = '' } = await this.sns.send(new CreateTopicCommand({ Name: uniqueName('notices') }));
    this.topicArn = TopicArn;
    await this.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: messages.arn }));
    const bus = { EventBusName: this.eventBusName };
    await this.eventBridge.send(new CreateEventBusCommand({ Name: this.eventBusName }));
    const pattern = JSON.stringify({ source: ['golden-images'] });
    await this.eventBridge.send(new PutRuleCommand({ ...bus, Name: 'all', EventPattern: pattern }));
    const target = { Id: 'queue', Arn: events.arn };
    await this.eventBridge.send(new PutTargetsCommand({ ...bus, Rule: 'all', Targets: [target] }));
    return this;
  }

  open(): AwsNotifier {
    const { sns, eventBridge, topicArn, eventBusName } = this;
    return new AwsNotifier({ sns, eventBridge, topicArn, eventBusName });
  }

  async messages(): Promise<SnsEnvelope[]> {
    return (await this.drain(this.messageQueue)).map((body) => JSON.parse(body) as SnsEnvelope);
  }

  async events(): Promise<BusEvent[]> {
    return (await this.drain(this.eventQueue)).map((body) => JSON.parse(body) as BusEvent);
  }

  private async drain(QueueUrl: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return bodies;
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(Body);
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }

  destroy(): void {
    for (const client of [this.sqs, this.sns, this.eventBridge]) client.destroy();
  }
}

describeOnMoto('on moto', (moto) => {
  describeNotifier('SNS and EventBridge', async () => {
    const world = await new World().make();
    return {
      open: () => world.open(),
      received: async () =>
        (await world.messages()).map(({ Message, MessageAttributes }) => ({
          kind: MessageAttributes['kind']?.Value ?? '',
          image: MessageAttributes['image']?.Value ?? '',
          text: Message,
        })),
      dispose: () => {
        world.destroy();
        return Promise.resolve();
      },
    };
  });

  describe('what is sent', () => {
    let world: World;
    beforeEach(async () => {
      world = await new World().make();
    });
    afterEach(() => {
      world.destroy();
    });

    test('to people is a subject, a text, and attributes to filter by', async () => {
      await world.open().notify(everyNotice()[3]!);
      const [message, ...more] = await world.messages();
      expect(more).toHaveLength(0);
      expect(message?.Subject).toBe('Golden image debian-12: stopped after 3 failures in a row');
      expect(message?.Message).toMatch(
        /^Golden image debian-12: stopped after 3 failures in a row\.\n\nWhat it means\n/,
      );
      expect(message?.MessageAttributes).toStrictEqual({
        kind: { Type: 'String', Value: 'stopped' },
        image: { Type: 'String', Value: 'debian-12' },
      });
    });

    test('to other systems is an event where the floating tag moved', async () => {
      for (const notice of everyNotice()) await world.open().notify(notice);
      const events = await world.events();
      const { kind: _promoted, ...promoted } = makePromoted();
      const { kind: _rolledBack, ...rolledBack } = makeRolledBack();
      expect(events.map((event) => [event.source, event['detail-type'], event.time, event.detail])).toStrictEqual([
        [
          'golden-images',
          'GoldenImagePromoted',
          '2024-06-01T00:00:00Z',
          { version: 1, ...promoted, omitted: { fixed: 0, residual: 0 } },
        ],
        ['golden-images', 'GoldenImageRolledBack', '2024-06-02T00:00:00Z', { version: 1, ...rolledBack }],
      ]);
    });

    test('of a large promotion is at most 256 KB each, and what was left out is counted', async () => {
      await world.open().notify(makePromoted({ fixed: vulnerabilities(20_000) }));
      const [event] = await world.events();
      const detail = promotedEventDetail.parse(event?.detail);
      expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThanOrEqual(256 * 1024);
      expect(detail.fixed.length).toBeGreaterThan(2000);
      expect(detail.omitted).toStrictEqual({ fixed: 20_000 - detail.fixed.length, residual: 0 });
      const [message] = await world.messages();
      expect(Buffer.byteLength(message?.Message ?? '')).toBeLessThanOrEqual(256 * 1024);
      expect(message?.Message).toMatch(/… and \d+ lines more, left out for their length$/);
    });
  });

  describe('where a service fails', () => {
    let stub: HttpStub;
    let intercept: (request: StubRequest) => StubAction;
    let restore: () => void;
    let world: World;
    beforeEach(async () => {
      intercept = () => 'forward';
      stub = await startHttpStub((request) => intercept(request), moto());
      restore = withEnvironment({ AWS_ENDPOINT_URL_SNS: stub.url, AWS_ENDPOINT_URL_EVENTBRIDGE: stub.url });
      world = await new World().make();
    });
    afterEach(async () => {
      world.destroy();
      restore();
      await stub.stop();
    });
    const isPutEvents = ({ headers }: StubRequest): boolean => headers['x-amz-target'] === 'AWSEvents.PutEvents';
    const isPublish = ({ body }: StubRequest): boolean => body.includes('Action=Publish');
    const failing = async (): Promise<unknown> =>
      await world
        .open()
        .notify(makePromoted())
        .catch((caught: unknown) => caught);

    test('an event that is not taken, though the call went well, is an error, and people are not told yet', async () => {
      const Entries = [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }];
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      intercept = (request) =>
        isPutEvents(request) ? { status: 200, headers, body: { FailedEntryCount: 1, Entries } } : 'forward';
      const error = await failing();
      expect(error).toBeInstanceOf(AwsServiceError);
      expect(error).toMatchObject({
        message: `events PutEvents on event bus ${world.eventBusName} failed: ThrottlingException: Rate exceeded`,
        isTransient: true,
      });
      intercept = () => 'forward';
      expect(await world.messages()).toStrictEqual([]);
    });

    test('a bus that does not exist is told with its name', async () => {
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      const body = { __type: 'ResourceNotFoundException', message: 'Event bus does not exist.' };
      intercept = (request) => (isPutEvents(request) ? { status: 400, headers, body } : 'forward');
      expect(await failing()).toMatchObject({
        message: `events PutEvents on event bus ${world.eventBusName} failed: ResourceNotFoundException: Event bus does not exist.`,
        isTransient: false,
      });
    });

    test('a message that is not taken is an error; the same notice again sends both', async () => {
      intercept = (request) => (isPublish(request) ? { status: 500 } : 'forward');
      expect(await failing()).toMatchObject({ service: 'sns', operation: 'Publish', isTransient: true });
      intercept = () => 'forward';
      await world.open().notify(makePromoted());
      expect((await world.events()).map((event) => event['detail-type'])).toStrictEqual([
        'GoldenImagePromoted',
        'GoldenImagePromoted',
      ]);
      expect(await world.messages()).toHaveLength(1);
    });

    test('a call whose answer was lost is made again: at least once', async () => {
      let lost = 0;
      intercept = (request) => (isPublish(request) && lost++ === 0 ? 'lose' : 'forward');
      await world.open().notify(everyNotice()[2]!);
      expect((await world.messages()).length).toBeGreaterThanOrEqual(1);
      expect(lost).toBe(2);
    });
  });
});
