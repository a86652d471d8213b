import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import type { Statement } from '../iam-role/policy-document';
import { policyJson } from '../iam-role/policy-document';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';
import type { PropProblem } from '../validation';
import { assertValid, problemIf } from '../validation';

/** What every queue is made with. */
export interface DeadLetterQueueProps {
  readonly name: string;
  readonly place: Place;
  readonly key: EncryptionKey;
}

/** Seconds that dead letters are kept: SQS's most, 14 days. */
const DEAD_LETTER_SECONDS = 1_209_600;

/** A queue of what failed for good: it waits for a person, 14 days at most. */
export class DeadLetterQueue extends Construct {
  readonly queue: SqsQueue;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;
  private readonly key: EncryptionKey;
  private readonly statements: Statement[];

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.name = props.name;
    this.key = props.key;
    this.arn = arnOf(props.place, 'sqs', props.name);
    this.queue = new SqsQueue(this, 'queue', {
      name: props.name,
      messageRetentionSeconds: DEAD_LETTER_SECONDS,
      kmsMasterKeyId: props.key.arn,
      kmsDataKeyReusePeriodSeconds: 3600,
    });
    this.statements = [tlsOnly(this.arn)];
    new SqsQueuePolicy(this, 'policy', {
      queueUrl: this.queue.id,
      policy: Lazy.stringValue({ produce: () => policyJson(this.statements) }),
    });
  }

  /** Allows sending messages, as a function's failure destination. */
  grantSend(grantee: Grantee): void {
    grantee.allow({ sid: 'SendFailures', actions: ['sqs:SendMessage'], resources: [this.arn] });
    this.key.grantUse(grantee, 'sqs', ['Decrypt', 'GenerateDataKey']);
  }

  /** Lets an EventBridge rule leave here what it could not deliver. */
  allowRule(sid: string, ruleArn: string, account: string): void {
    this.statements.push(fromRule(sid, this.arn, ruleArn, account));
  }
}

/** What a work queue is made with. */
export interface WorkQueueProps extends DeadLetterQueueProps {
  /** Name of the queue for messages that could not be worked on. */
  readonly deadLetterName: string;
  /**
   * Seconds for which a message that is worked on is hidden: six times the function's timeout and its window, as Lambda
   * asks for ("Using Lambda with Amazon SQS").
   */
  readonly visibilityTimeoutSeconds: number;
  /**
   * How often a message is tried.
   *
   * @default 5
   */
  readonly maximumReceives?: number;
  /**
   * Seconds that messages wait at most.
   *
   * @default 345600 (4 days)
   */
  readonly retentionSeconds?: number;
  /**
   * Seconds before a new message can be taken: 0 to 900.
   *
   * @default 0
   */
  readonly delaySeconds?: number;
}

/** A queue with its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: SqsQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;
  private readonly key: EncryptionKey;
  private readonly statements: Statement[];

  /** @throws BadInputError where a prop is out of SQS's range */
  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    assertValid(scope, id, WorkQueue.validate(props));
    this.name = props.name;
    this.key = props.key;
    this.arn = arnOf(props.place, 'sqs', props.name);
    this.deadLetters = new DeadLetterQueue(this, 'dead-letters', {
      name: props.deadLetterName,
      place: props.place,
      key: props.key,
    });
    this.queue = new SqsQueue(this, 'queue', {
      name: props.name,
      visibilityTimeoutSeconds: props.visibilityTimeoutSeconds,
      messageRetentionSeconds: props.retentionSeconds ?? 345_600,
      receiveWaitTimeSeconds: 20,
      ...(props.delaySeconds !== undefined && { delaySeconds: props.delaySeconds }),
      kmsMasterKeyId: props.key.arn,
      kmsDataKeyReusePeriodSeconds: 3600,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: this.deadLetters.queue.arn,
        maxReceiveCount: props.maximumReceives ?? 5,
      }),
    });
    this.statements = [tlsOnly(this.arn)];
    new SqsQueuePolicy(this, 'policy', {
      queueUrl: this.queue.id,
      policy: Lazy.stringValue({ produce: () => policyJson(this.statements) }),
    });
  }

  /** What SQS would refuse. Source: SQS API, CreateQueue. */
  static validate(props: WorkQueueProps): readonly PropProblem[] {
    const { visibilityTimeoutSeconds, maximumReceives = 5, delaySeconds = 0 } = props;
    return [
      ...problemIf(delaySeconds < 0 || delaySeconds > 900, 'delaySeconds', `is ${delaySeconds}: 0 to 900 are allowed`),
      ...problemIf(
        visibilityTimeoutSeconds < 0 || visibilityTimeoutSeconds > 43_200,
        'visibilityTimeoutSeconds',
        `is ${visibilityTimeoutSeconds}: 0 to 43200 are allowed`,
      ),
      ...problemIf(
        maximumReceives < 1 || maximumReceives > 1000,
        'maximumReceives',
        `is ${maximumReceives}: 1 to 1000 are allowed`,
      ),
    ];
  }

  /** Allows an event source mapping to take messages (Lambda, "Using Lambda with Amazon SQS", permissions). */
  grantConsume(grantee: Grantee): void {
    grantee.allow({
      sid: 'TakeMessages',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.arn],
    });
    this.key.grantUse(grantee, 'sqs', ['Decrypt', 'GenerateDataKey']);
  }

  /** Lets an EventBridge rule send here. */
  allowRule(sid: string, ruleArn: string, account: string): void {
    this.statements.push(fromRule(sid, this.arn, ruleArn, account));
  }
}

function fromRule(sid: string, queueArn: string, ruleArn: string, account: string): Statement {
  return {
    sid,
    principals: { Service: 'events.amazonaws.com' },
    actions: ['sqs:SendMessage'],
    resources: [queueArn],
    conditions: { ArnEquals: { 'aws:SourceArn': ruleArn }, StringEquals: { 'aws:SourceAccount': account } },
  };
}

function tlsOnly(queueArn: string): Statement {
  return {
    sid: 'TlsOnly',
    effect: 'Deny',
    principals: '*',
    actions: ['sqs:*'],
    resources: [queueArn],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
