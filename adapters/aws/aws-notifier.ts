import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notice } from '../../domain/notice/notice';
import { EVENT_SOURCE, noticeEvent, type NoticeEvent } from '../../domain/notice/notice-event';
import { noticeText } from '../../domain/notice/notice-text';
import type { Notifier } from '../../domain/ports';
import { type AwsCall, AwsServiceError, callAws } from './aws-error';

/** Where notices go. */
export interface AwsNotifierOptions {
  readonly sns: SNSClient;
  readonly eventBridge: EventBridgeClient;
  /** Topic that people are told on. */
  readonly topicArn: string;
  /** Bus that other systems are told on, e.g. `default`. */
  readonly eventBusName: string;
}

/** Most bytes of an SNS message with its attributes, and of an entry of PutEvents (SNS, EventBridge: quotas). */
const SIZE_LIMIT = 256 * 1024;
/** Room for what is counted beside the text: attributes of a message; time, source and detail-type of an entry. */
const ENVELOPE_BYTES = 2048;

/**
 * Notices on an SNS topic, as plain text with the attributes `kind` and `image` to filter by; promotions and rollbacks also
 * as EventBridge events (docs/golden-image-promoted.schema.json). The event goes first: a call that is repeated because
 * the message failed sends it again, which both allow (at least once).
 *
 * `notify` throws AwsServiceError where either service cannot be had, or does not take the event.
 */
export class AwsNotifier implements Notifier {
  private readonly options: AwsNotifierOptions;

  constructor(options: AwsNotifierOptions) {
    this.options = options;
  }

  async notify(notice: Notice): Promise<void> {
    const event = noticeEvent(notice, SIZE_LIMIT - ENVELOPE_BYTES);
    if (event !== undefined) await this.putEvent(event);
    await this.publish(notice);
  }

  private async putEvent({ detailType, detail }: NoticeEvent): Promise<void> {
    const { eventBridge, eventBusName } = this.options;
    const entry = {
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
      Time: new Date(detail.at),
      EventBusName: eventBusName,
    };
    const call: AwsCall = { service: 'events', operation: 'PutEvents', resource: `event bus ${eventBusName}` };
    const { FailedEntryCount = 0, Entries = [] } = await callAws(
      call,
      async () => await eventBridge.send(new PutEventsCommand({ Entries: [entry] })),
    );
    if (FailedEntryCount === 0) return;
    // The call went well and the event was not taken: what it says is in the entry.
    const { ErrorCode = 'InternalFailure', ErrorMessage = 'the event was not taken' } = Entries[0] ?? {};
    throw new AwsServiceError(call, { name: ErrorCode, message: ErrorMessage });
  }

  private async publish(notice: Notice): Promise<void> {
    const { sns, topicArn } = this.options;
    const { subject, message } = noticeText(notice, SIZE_LIMIT - ENVELOPE_BYTES);
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: message,
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: notice.kind },
        image: { DataType: 'String', StringValue: notice.image },
      },
    });
    const call: AwsCall = { service: 'sns', operation: 'Publish', resource: `topic ${topicArn}` };
    await callAws(call, async () => await sns.send(command));
  }
}
