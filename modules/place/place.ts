/** Where resources are: nothing is asked of AWS for it, so that a plan needs no data sources. */
export interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
}

/** Partition of a region, the second part of every ARN (AWS General Reference, "AWS service endpoints"). */
export function partitionOf(region: string): 'aws' | 'aws-cn' | 'aws-us-gov' {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
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
