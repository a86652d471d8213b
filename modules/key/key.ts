import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import type { Statement } from '../iam-role/policy-document';
import { policyJson } from '../iam-role/policy-document';
import type { Place } from '../place/place';
import { arnOf, iamArn, logsPrincipal, viaService } from '../place/place';

/** Services that use a key on their own account, and what they say about whom they act for. */
export type KeyService = 'logs' | 'events' | 'cloudwatch';

/** What a key is made with. */
export interface EncryptionKeyProps {
  /** Name of its alias, without `alias/`. */
  readonly alias: string;
  readonly description: string;
  readonly place: Place;
  /**
   * Services that may use it: `logs` for log groups, `events` for encrypted targets of EventBridge rules, `cloudwatch`
   * for alarms that go to an encrypted topic.
   *
   * @default none
   */
  readonly services?: readonly KeyService[];
  /**
   * Prefix of the names of the log groups and alarms whose service may use it. That of rules is confined by account, and
   * by the policies of their targets.
   *
   * @default every one of the account in the region
   */
  readonly namePrefix?: string;
  /** Refuse to destroy the key: what it encrypted is lost with it. */
  readonly removalProtection: boolean;
}

/** What whoever looks after the account may do with the key; `kms:*` said in full. */
const ADMINISTRATION = [
  'CancelKeyDeletion',
  'CreateAlias',
  'CreateGrant',
  'Decrypt',
  'DeleteAlias',
  'DescribeKey',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListGrants',
  'ListKeyPolicies',
  'ListKeyRotations',
  'ListResourceTags',
  'PutKeyPolicy',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
  'RevokeGrant',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

/** A customer managed key that rotates every year. IAM policies of the account decide who may use it; services by name. */
export class EncryptionKey extends Construct {
  readonly key: KmsKey;
  /** Reference to the key's ARN. */
  readonly arn: string;
  /** `alias/…` */
  readonly aliasName: string;
  private readonly place: Place;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    this.place = props.place;
    this.key = new KmsKey(this, 'key', {
      description: props.description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyJson([
        {
          sid: 'AccountDecidesByIam',
          principals: { AWS: iamArn(props.place, 'root') },
          actions: ADMINISTRATION,
          resources: ['*'],
        },
        ...(props.services ?? []).map((service) => serviceStatement(service, props)),
      ]),
      ...(props.removalProtection && { lifecycle: { preventDestroy: true } }),
    });
    this.aliasName = `alias/${props.alias}`;
    new KmsAlias(this, 'alias', { name: this.aliasName, targetKeyId: this.key.keyId });
    this.arn = this.key.arn;
  }

  /**
   * Allows reading and writing what a service encrypts with the key.
   * @param service through which alone the key is used, e.g. `dynamodb`
   */
  grantUse(
    grantee: Grantee,
    service: string,
    actions: readonly ('Encrypt' | 'Decrypt' | 'GenerateDataKey' | 'DescribeKey')[],
  ): void {
    const word = service.charAt(0).toUpperCase() + service.slice(1);
    grantee.allow({
      sid: `UseKeyFor${word}`,
      actions: actions.map((action) => `kms:${action}`),
      resources: [this.arn],
      conditions: { StringEquals: { 'kms:ViaService': viaService(this.place, service) } },
    });
  }
}

/**
 * What a service may do with the key, for whom. Sources: CloudWatch Logs, "Encrypt log data using KMS"; EventBridge,
 * "Encryption of targets"; CloudWatch, "Notifying users on alarm changes, encrypted topics".
 */
function serviceStatement(service: KeyService, { place, namePrefix = '' }: EncryptionKeyProps): Statement {
  const home = { 'aws:SourceAccount': place.account };
  switch (service) {
    case 'logs':
      return {
        sid: 'LogGroupsOfThisEnvironment',
        principals: { Service: logsPrincipal(place) },
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': arnOf(place, 'logs', `log-group:/aws/*/${namePrefix}*`),
          },
        },
      };
    case 'events':
      return {
        sid: 'RulesOfThisEnvironment',
        principals: { Service: 'events.amazonaws.com' },
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        // With the account alone: CDK's target for encrypted queues of the same account uses it, and tests it on AWS
        // (aws-events-targets, SqsQueue). That EventBridge says the rule to KMS, too, is shown nowhere; of topics it is
        // documented that it does not (SNS Developer Guide, "Key management"). The queues' own policies name the rules.
        conditions: { StringEquals: home },
      };
    case 'cloudwatch':
      return {
        sid: 'AlarmsOfThisEnvironment',
        principals: { Service: 'cloudwatch.amazonaws.com' },
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: {
          StringEquals: home,
          ArnLike: { 'aws:SourceArn': arnOf(place, 'cloudwatch', `alarm:${namePrefix}*`) },
        },
      };
  }
}
