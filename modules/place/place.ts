import { partitionOf, partitionOfRegion } from '../../domain/config/partition';

/** What names of services end with, wherever a partition has no domain of its own. */
const GLOBAL_SUFFIX = 'amazonaws.com';

/** Where resources are: nothing is asked of AWS for it, so that a plan needs no data sources. */
export interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
}

/** Where CloudWatch Logs has the partition's own domain in its name. All others of our principals have it nowhere. */
const LOGS_BY_PARTITION: ReadonlySet<string> = new Set(['aws-cn', 'aws-iso', 'aws-iso-b']);

/**
 * Principal of CloudWatch Logs in a region. Source: hashicorp/aws, data source `aws_service_principal`.
 */
export function logsPrincipal({ region }: Place): string {
  const { id, dnsSuffix } = partitionOfRegion(region);
  return `logs.${region}.${LOGS_BY_PARTITION.has(id) ? dnsSuffix : GLOBAL_SUFFIX}`;
}

/**
 * What `kms:ViaService` may be for a service in a region. In partitions with a domain of their own both are named: which
 * of them KMS sends is not documented for all, and nobody but AWS has either.
 */
export function viaService({ region }: Place, service: string): string | readonly string[] {
  const { dnsSuffix } = partitionOfRegion(region);
  const name = `${service}.${region}.${GLOBAL_SUFFIX}`;
  return dnsSuffix === GLOBAL_SUFFIX ? name : [name, `${service}.${region}.${dnsSuffix}`];
}

/** ARN of something of the account in its region: `arn:<partition>:<service>:<region>:<account>:<resource>`. */
export function arnOf({ account, region }: Place, service: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

/** ARN of an S3 bucket, or of objects in it. S3's names are global: their ARNs have no account and no region. */
export function s3Arn({ region }: Place, resource: string): string {
  return `arn:${partitionOf(region)}:s3:::${resource}`;
}

/** ARN of something that IAM has. */
export function iamArn({ account, region }: Place, resource: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:${resource}`;
}
