/** A kind of resource by the rules for its names. */
export type NameKind =
  | 'alarm'
  | 'archive'
  | 'bucket'
  | 'dashboard'
  | 'guardrail'
  | 'image-builder'
  | 'instance-profile'
  | 'function'
  | 'key-alias'
  | 'layer'
  | 'log-group'
  | 'parameter'
  | 'queue'
  | 'role'
  | 'rule'
  | 'table'
  | 'topic';

/** What a name may be. */
export interface NameRule {
  /** Most characters. */
  readonly limit: number;
  readonly pattern: RegExp;
  /** What the resource is called in messages. */
  readonly noun: string;
}

/** Rules for names. Source: the services' API references, of the call that creates the resource. */
export const NAME_RULES: Readonly<Record<NameKind, NameRule>> = {
  alarm: { limit: 255, pattern: /^[\x20-\x7e]+$/, noun: 'CloudWatch alarm' },
  archive: { limit: 48, pattern: /^[.\-_A-Za-z0-9]+$/, noun: 'EventBridge archive' },
  bucket: { limit: 63, pattern: /^[a-z0-9][a-z0-9-]+[a-z0-9]$/, noun: 'S3 bucket' },
  dashboard: { limit: 255, pattern: /^[A-Za-z0-9_-]+$/, noun: 'CloudWatch dashboard' },
  guardrail: { limit: 50, pattern: /^[A-Za-z0-9_-]+$/, noun: 'Bedrock guardrail' },
  'image-builder': { limit: 126, pattern: /^[A-Za-z0-9-]{3,}$/, noun: 'EC2 Image Builder resource' },
  'instance-profile': { limit: 128, pattern: /^[\w+=,.@-]+$/, noun: 'instance profile' },
  function: { limit: 64, pattern: /^[A-Za-z0-9_-]+$/, noun: 'Lambda function' },
  'key-alias': { limit: 250, pattern: /^[A-Za-z0-9/_-]+$/, noun: 'KMS alias' },
  layer: { limit: 140, pattern: /^[A-Za-z0-9_-]+$/, noun: 'Lambda layer' },
  'log-group': { limit: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/, noun: 'log group' },
  parameter: { limit: 1011 - 100, pattern: /^\/[A-Za-z0-9_./-]+$/, noun: 'SSM parameter' },
  queue: { limit: 80, pattern: /^[A-Za-z0-9_-]+$/, noun: 'SQS queue' },
  role: { limit: 64, pattern: /^[\w+=,.@-]+$/, noun: 'IAM role' },
  rule: { limit: 64, pattern: /^[.\-_A-Za-z0-9]+$/, noun: 'EventBridge rule' },
  table: { limit: 255, pattern: /^[A-Za-z0-9_.-]{3,}$/, noun: 'DynamoDB table' },
  topic: { limit: 256, pattern: /^[A-Za-z0-9_-]+$/, noun: 'SNS topic' },
};
