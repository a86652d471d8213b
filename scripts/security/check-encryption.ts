import { NOTHING_TO_ENCRYPT } from './accepted';
import type { StackResource } from './stack-json';
import { refersTo } from './stack-json';

/** Where a type of resource says that it is encrypted with a key of ours; true where this one is. */
const ENCRYPTED: Readonly<Record<string, (resource: StackResource, all: readonly StackResource[]) => boolean>> = {
  aws_bedrock_guardrail: ({ attributes }) => isKey(attributes['kms_key_arn']),
  aws_cloudwatch_log_group: ({ attributes }) => isKey(attributes['kms_key_id']),
  aws_dynamodb_table: ({ attributes }) =>
    isKey((attributes['server_side_encryption'] as { kms_key_arn?: string } | undefined)?.kms_key_arn),
  aws_ecr_repository: ({ attributes }) =>
    isKey((attributes['encryption_configuration'] as { kms_key?: string }[] | undefined)?.[0]?.kms_key),
  // The build instances' disks: by the account's own key for EBS.
  aws_imagebuilder_container_recipe: ({ attributes }) =>
    JSON.stringify(attributes['instance_configuration'] ?? null).includes('"encrypted":"true"'),
  aws_kms_key: ({ attributes }) => attributes['enable_key_rotation'] === true,
  aws_lambda_function: ({ attributes }) => isKey(attributes['kms_key_arn']),
  aws_s3_bucket: (bucket, all) =>
    all.some(
      ({ type, attributes }) =>
        type === 'aws_s3_bucket_server_side_encryption_configuration' &&
        refersTo(attributes['bucket'], bucket) &&
        /"kms_master_key_id":"\$\{aws_kms_key\./.test(JSON.stringify(attributes['rule'] ?? null)),
    ),
  aws_sns_topic: ({ attributes }) => isKey(attributes['kms_master_key_id']),
  aws_sqs_queue: ({ attributes }) => isKey(attributes['kms_master_key_id']),
};

/** What is not encrypted; and types of resources that nobody has thought about. */
export function encryptionProblems(resources: readonly StackResource[]): readonly string[] {
  return resources.flatMap((resource) => {
    const { type, path } = resource;
    if (type in NOTHING_TO_ENCRYPT) return [];
    const isEncrypted = ENCRYPTED[type];
    if (isEncrypted === undefined) return [`${path}: nobody said whether ${type} is to be encrypted`];
    return isEncrypted(resource, resources) ? [] : [`${path}: is not encrypted`];
  });
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('${aws_kms_key.');
}
