/**
 * Resource types whose destruction loses something that Terraform cannot make again, with what is lost. A replacement
 * destroys too.
 */
export const STATEFUL_TYPES: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'every finding, patch and lease',
  aws_s3_bucket: 'scripts, papers or logs',
  aws_kms_key: 'all that it encrypts becomes unreadable',
  aws_ecr_repository: 'the images in it',
  aws_ssm_parameter: 'the signal, and with it which script was built last',
  aws_sqs_queue: 'the messages in it',
  aws_cloudwatch_event_archive: 'the events that could be replayed',
  aws_inspector2_enabler: "scanning of the whole account's images in the region",
  aws_ecr_registry_scanning_configuration: "the scanning rules of the account's whole registry in the region",
};

/** What is lost with a resource of this type; undefined where it can be made again. */
export function lostWith(type: string): string | undefined {
  return Object.hasOwn(STATEFUL_TYPES, type) ? STATEFUL_TYPES[type] : undefined;
}
