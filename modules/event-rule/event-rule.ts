import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import type { LambdaFunction } from '../lambda-function/lambda-function';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';
import type { DeadLetterQueue, WorkQueue } from '../queue/queue';

/** Pattern of an EventBridge rule (EventBridge, "Creating event patterns"). */
export type EventPattern = Readonly<Record<string, unknown>>;

/** What a rule is made with. */
export type EventRuleProps = EventRuleCommon &
  (
    | { readonly pattern: EventPattern }
    | {
        /** Instead of events: once in so many minutes. */
        readonly everyMinutes: number;
      }
  );

/** What every rule is made with. */
export interface EventRuleCommon {
  /** At most 64 characters. */
  readonly name: string;
  readonly description: string;
  readonly place: Place;
  /** Gets the events. */
  readonly target: WorkQueue | LambdaFunction;
  /** Gets the events that could not be delivered. */
  readonly undelivered: DeadLetterQueue;
}

/** How long and how often EventBridge tries: its own most (EventBridge, "Retry policy"). */
const RETRY_POLICY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/** Events of AWS services, or of the clock, that go to a queue or a function, and to a dead-letter queue where they do not get there. */
export class EventRule extends Construct {
  readonly rule: CloudwatchEventRule;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;

  constructor(scope: Construct, id: string, props: EventRuleProps) {
    super(scope, id);
    const { place, target, undelivered } = props;
    this.name = props.name;
    this.arn = arnOf(place, 'events', `rule/${props.name}`);
    this.rule = new CloudwatchEventRule(this, 'rule', {
      name: props.name,
      description: props.description,
      ...('pattern' in props
        ? { eventPattern: JSON.stringify(props.pattern) }
        : { scheduleExpression: rateOf(props.everyMinutes) }),
    });
    const sid = `Rule${id.replaceAll(/[^A-Za-z0-9]/g, '')}`;
    undelivered.allowRule(sid, this.arn, place.account);
    if ('function' in target)
      // No sourceAccount: EventBridge does not say it, and could not invoke (EventBridge User Guide, "Troubleshooting", "My
      // rule ran but my Lambda function wasn't invoked"; terraform-provider-aws 4116). The rule's ARN has the account.
      new LambdaPermission(this, 'permission', {
        statementId: sid,
        action: 'lambda:InvokeFunction',
        functionName: target.function.functionName,
        principal: 'events.amazonaws.com',
        sourceArn: this.rule.arn,
      });
    else target.allowRule(sid, this.arn, place.account);
    new CloudwatchEventTarget(this, 'target', {
      rule: this.rule.name,
      targetId: 'target',
      arn: 'function' in target ? target.function.arn : target.queue.arn,
      retryPolicy: RETRY_POLICY,
      deadLetterConfig: { arn: undelivered.queue.arn },
    });
  }
}

/** EventBridge, "Rate expressions": one minute is in the singular. */
function rateOf(minutes: number): string {
  return `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
}
