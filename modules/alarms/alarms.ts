import type { CloudwatchMetricAlarmConfig } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import type { EventRule } from '../event-rule/event-rule';
import type { LambdaFunction } from '../lambda-function/lambda-function';
import type { NotificationTopic } from '../notification-topic/notification-topic';
import type { DeadLetterQueue } from '../queue/queue';

/** A metric and when it is too much. */
export interface AlarmProps {
  /** What is wrong, what it means, and what to do: it is what the person who is woken reads. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
  /** It rings above this. */
  readonly threshold: number;
  /**
   * Seconds that are looked at together.
   *
   * @default 300
   */
  readonly periodSeconds?: number;
  /**
   * How many such periods in a row.
   *
   * @default 1
   */
  readonly periods?: number;
}

/** What a set of alarms is made with. */
export interface AlarmSetProps {
  /** Their names begin with it; a hyphen and the construct's id follow. */
  readonly prefix: string;
  readonly topic: NotificationTopic;
}

/** Something that should be counted again and again, and when it was not for too long. */
export interface SilenceProps extends Pick<AlarmProps, 'description' | 'namespace' | 'metric' | 'dimensions'> {
  /** Seconds in which it should be counted at least once: a multiple of 60. */
  readonly periodSeconds: number;
  /** Periods in a row without it. Together with their length at most 7 days (CloudWatch, PutMetricAlarm). */
  readonly periods: number;
}

/**
 * Alarms that ring, and stop ringing, at one topic. No data is no alarm, since what does not run does not fail; but for those
 * that watch whether something runs.
 */
export class AlarmSet extends Construct {
  /** Names of all alarms, in the order in which they were added. */
  readonly names: string[] = [];
  private readonly props: AlarmSetProps;

  constructor(scope: Construct, id: string, props: AlarmSetProps) {
    super(scope, id);
    this.props = props;
  }

  /** Adds an alarm. */
  add(id: string, props: AlarmProps): void {
    this.ring(id, props, {
      statistic: props.statistic,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: props.threshold,
      period: props.periodSeconds ?? 300,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: 'notBreaching',
    });
  }

  /** Rings when something is not counted any more. */
  addSilence(id: string, props: SilenceProps): void {
    this.ring(id, props, {
      statistic: 'Sum',
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
      period: props.periodSeconds,
      evaluationPeriods: props.periods,
      treatMissingData: 'breaching',
    });
  }

  /** Rings when a dead-letter queue is not empty. */
  addDeadLetters(id: string, queue: DeadLetterQueue, what: string): void {
    this.add(id, {
      description: `${what} could not be worked on and wait in ${queue.name}, for 14 days. Read them, mend the cause, then redrive them: docs/runbooks.md.`,
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: queue.name },
      statistic: 'Maximum',
      threshold: 0,
    });
  }

  /**
   * Rings when a rule's deliveries fail for good, and when what failed does not even get to the dead-letter queue: then it is
   * lost. Of rules on the default bus, the dimension is the rule's name alone (EventBridge User Guide, "Monitoring").
   */
  addUndelivered(id: string, { name }: EventRule): void {
    const watched = {
      namespace: 'AWS/Events',
      dimensions: { RuleName: name },
      statistic: 'Sum',
      threshold: 0,
    } as const;
    this.add(`${id}-undelivered`, {
      ...watched,
      metric: 'FailedInvocations',
      description: `What the rule ${name} has matched cannot be delivered: see the policies of its target and of the key, and that the key is enabled. What it failed on waits in its dead-letter queue.`,
    });
    this.add(`${id}-lost`, {
      ...watched,
      metric: 'InvocationsFailedToBeSentToDlq',
      description: `What the rule ${name} has matched gets neither to its target nor to its dead-letter queue, and is lost: see the queue's policy, the key's policy, and that the key is enabled. Events of services can be replayed from the archive.`,
    });
  }

  /** Rings when a function fails. */
  addErrors(id: string, target: LambdaFunction): void {
    this.add(id, {
      description: `${target.name} ends with errors. Its log ${target.logGroupName} says why; what it failed on is tried again.`,
      namespace: 'AWS/Lambda',
      metric: 'Errors',
      dimensions: { FunctionName: target.name },
      statistic: 'Sum',
      threshold: 0,
    });
  }

  /** Rings when a function falls behind the stream: records are lost after 24 h. */
  addIteratorAge(id: string, target: LambdaFunction, seconds: number): void {
    this.add(id, {
      description: `${target.name} is over ${seconds} s behind the table's stream, which keeps records for 24 h. See its errors and throttles.`,
      namespace: 'AWS/Lambda',
      metric: 'IteratorAge',
      dimensions: { FunctionName: target.name },
      statistic: 'Maximum',
      threshold: seconds * 1000,
      periods: 3,
    });
  }

  private ring(
    id: string,
    {
      description,
      namespace,
      metric,
      dimensions,
    }: Pick<AlarmProps, 'description' | 'namespace' | 'metric' | 'dimensions'>,
    when: Pick<CloudwatchMetricAlarmConfig, 'statistic' | 'comparisonOperator' | 'threshold' | 'period'> & {
      readonly evaluationPeriods: number;
      readonly treatMissingData: string;
    },
  ): void {
    const alarmName = `${this.props.prefix}-${id}`;
    const actions = [this.props.topic.topic.arn];
    this.names.push(alarmName);
    new CloudwatchMetricAlarm(this, id, {
      alarmName,
      alarmDescription: description,
      namespace,
      metricName: metric,
      dimensions,
      ...when,
      alarmActions: actions,
      okActions: actions,
    });
  }
}
