import { randomUUID } from 'node:crypto';
import { GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import { matchesPattern } from './event-pattern';
import type { ServiceEvent } from './service-events';

/** EventBridge's rule on changed parameters, and its target. */
export interface ParameterChangesOptions {
  readonly client: SSMClient;
  /** Path that the parameters lie below. */
  readonly prefix: string;
  /** Pattern of the rule. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Hands an event to the target. */
  readonly send: (event: ServiceEvent) => Promise<void>;
}

/**
 * "Parameter Store Change" events, which moto has not, delivered as EventBridge does: one for each version of a parameter,
 * with its name but neither its value nor its version (Systems Manager user guide, sysman-paramstore-cwe), to the
 * target of the rule.
 */
export class ParameterChanges {
  /** Events that matched the rule, in the order of delivery. */
  readonly delivered: unknown[] = [];
  private readonly options: ParameterChangesOptions;
  private readonly versions = new Map<string, number>();

  constructor(options: ParameterChangesOptions) {
    this.options = options;
  }

  /** Delivers the events of all changes since the last time. @returns how many the rule matched */
  async deliver(): Promise<number> {
    const matching = (await this.changes()).filter((event) => matchesPattern(this.options.pattern, event));
    for (const event of matching) {
      this.delivered.push(event);
      await this.options.send(event);
    }
    return matching.length;
  }

  private async changes(): Promise<ServiceEvent[]> {
    const events: ServiceEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.options.client.send(
        new GetParametersByPathCommand({ Path: this.options.prefix, ...(NextToken !== undefined && { NextToken }) }),
      );
      for (const { Name: name = '', Version: version = 0, Type: type } of page.Parameters ?? []) {
        for (let next = (this.versions.get(name) ?? 0) + 1; next <= version; next++)
          events.push(parameterChange(name, next === 1 ? 'Create' : 'Update', type));
        this.versions.set(name, version);
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return events;
  }
}

/** The event of a parameter that was made, or got a value (Systems Manager user guide, "Monitoring events"). */
export function parameterChange(name: string, operation: 'Create' | 'Update', type = 'String'): ServiceEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Parameter Store Change',
    source: 'aws.ssm',
    account: TEST_ACCOUNT,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region: TEST_REGION,
    resources: [`arn:aws:ssm:${TEST_REGION}:${TEST_ACCOUNT}:parameter${name}`],
    detail: { operation, name, type },
  };
}
