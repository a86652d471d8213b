import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import { policyJson } from '../iam-role/policy-document';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';

/** What a topic is made with. */
export interface NotificationTopicProps {
  readonly name: string;
  readonly place: Place;
  readonly key: EncryptionKey;
  /** Prefix of the names of alarms that may publish. */
  readonly alarmPrefix: string;
  /** Who is told. A mail address has to confirm it once. */
  readonly subscriptions: readonly { readonly protocol: string; readonly endpoint: string }[];
}

/** Tells people and systems what needs them. */
export class NotificationTopic extends Construct {
  readonly topic: SnsTopic;
  /** ARN as text. */
  readonly arn: string;
  private readonly key: EncryptionKey;

  constructor(scope: Construct, id: string, props: NotificationTopicProps) {
    super(scope, id);
    const { place } = props;
    this.key = props.key;
    this.arn = arnOf(place, 'sns', props.name);
    this.topic = new SnsTopic(this, 'topic', { name: props.name, kmsMasterKeyId: props.key.arn });
    new SnsTopicPolicy(this, 'policy', {
      arn: this.topic.arn,
      policy: policyJson([
        {
          sid: 'AlarmsOfThisEnvironment',
          principals: { Service: 'cloudwatch.amazonaws.com' },
          actions: ['sns:Publish'],
          resources: [this.arn],
          conditions: {
            StringEquals: { 'aws:SourceAccount': place.account },
            ArnLike: { 'aws:SourceArn': arnOf(place, 'cloudwatch', `alarm:${props.alarmPrefix}*`) },
          },
        },
        {
          sid: 'TlsOnly',
          effect: 'Deny',
          principals: '*',
          actions: ['sns:Publish'],
          resources: [this.arn],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    });
    for (const { protocol, endpoint } of props.subscriptions)
      new SnsTopicSubscription(this, `${protocol}-${endpoint.replaceAll('/', '_')}`, {
        topicArn: this.topic.arn,
        protocol,
        endpoint,
      });
  }

  /** Allows publishing. */
  grantPublish(grantee: Grantee): void {
    grantee.allow({ sid: 'Notify', actions: ['sns:Publish'], resources: [this.arn] });
    this.key.grantUse(grantee, 'sns', ['Decrypt', 'GenerateDataKey']);
  }
}
