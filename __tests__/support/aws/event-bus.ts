import { TEST_REGION } from './aws-environment';
import { matchesPattern } from './event-pattern';

/** An event as a service sends it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  /** ISO 8601. */
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** A rule and the queue that it sends to. */
export interface QueueRule {
  readonly name: string;
  /** Pattern of the rule. */
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly queueArn: string;
}

/**
 * What a target without any transformer gets: the event as it is. moto's own default leaves `account` out, and parses eight
 * paths an event, in 0.1 s; one path is the least that keeps it from that.
 */
const WHOLE_EVENT = { InputPathsMap: { id: '$.id' }, InputTemplate: '<aws.events.event.json>' };
/** Most entries of one PutEvents (EventBridge API). */
const ENTRIES_LIMIT = 10;

/**
 * The default event bus of moto. Patterns on fields within arrays never match there, so that moto gets the rule without
 * its `detail`, and the whole pattern is matched here. Spoken over HTTP as it is: there is no EventBridge client among the
 * packages.
 */
export class EventBus {
  private readonly endpoint: string;
  private readonly rules: QueueRule[] = [];

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** Makes a rule that sends what it matches to a queue. */
  async putRule(rule: QueueRule): Promise<void> {
    const { name, pattern, queueArn } = rule;
    const { detail: _detail, ...envelope } = pattern;
    await this.call('PutRule', { Name: name, EventPattern: JSON.stringify(envelope) });
    await this.call('PutTargets', {
      Rule: name,
      Targets: [{ Id: 'queue', Arn: queueArn, InputTransformer: WHOLE_EVENT }],
    });
    this.rules.push(rule);
  }

  /** Takes a rule away again. */
  async removeRule(name: string): Promise<void> {
    await this.call('RemoveTargets', { Rule: name, Ids: ['queue'] });
    await this.call('DeleteRule', { Name: name });
    this.rules.splice(
      this.rules.findIndex((rule) => rule.name === name),
      1,
    );
  }

  /** Sends events. @returns how many a rule matched */
  async putEvents(events: readonly BusEvent[]): Promise<number> {
    const matched = events.filter((event) => this.rules.some(({ pattern }) => matchesPattern(pattern, event)));
    for (let start = 0; start < matched.length; start += ENTRIES_LIMIT) {
      const entries = matched.slice(start, start + ENTRIES_LIMIT).map((event) => ({
        Source: event.source,
        DetailType: event['detail-type'],
        Detail: JSON.stringify(event.detail),
        Resources: event.resources,
        Time: Date.parse(event.time) / 1000,
      }));
      const { FailedEntryCount: failed } = await this.call('PutEvents', { Entries: entries });
      if (failed !== 0) throw new Error(`${String(failed)} events were not taken`);
    }
    return matched.length;
  }

  private async call(operation: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const credential = `test/20260101/${TEST_REGION}/events/aws4_request`;
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSEvents.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`EventBridge ${operation}: ${response.status} ${text.slice(0, 500)}`);
    return (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  }
}
