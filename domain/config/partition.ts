/** A partition of AWS: a cloud with accounts, ARNs and host names of its own. */
export interface Partition {
  /** Second part of every ARN. */
  readonly id: string;
  /** What host names of its services end with. */
  readonly dnsSuffix: string;
}

/** Where what is not one of {@link OTHERS} is. */
const STANDARD: Partition = { id: 'aws', dnsSuffix: 'amazonaws.com' };

/** The other partitions, by what names of their regions begin with. Source: botocore, `partitions.json`. */
const OTHERS: Readonly<Record<string, Partition>> = {
  'cn-': { id: 'aws-cn', dnsSuffix: 'amazonaws.com.cn' },
  'eusc-': { id: 'aws-eusc', dnsSuffix: 'amazonaws.eu' },
  'us-gov-': { id: 'aws-us-gov', dnsSuffix: 'amazonaws.com' },
  'us-iso-': { id: 'aws-iso', dnsSuffix: 'c2s.ic.gov' },
  'us-isob-': { id: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov' },
  'eu-isoe-': { id: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk' },
  'us-isof-': { id: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov' },
};

/** Whether a text has the form of a region's name: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`. */
export const REGION = /^(?:[a-z]{2}|eusc)(?:-[a-z]+)+-\d{1,2}$/;

/** The partition that a region is in. */
export function partitionOfRegion(region: string): Partition {
  const [, other] = Object.entries(OTHERS).find(([prefix]) => region.startsWith(prefix)) ?? [];
  return other ?? STANDARD;
}

/** Host of the private registry of an account in a region (ECR, "Private registries"). */
export function ecrHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.${partitionOfRegion(region).dnsSuffix}`;
}

/** Account and region of a private ECR registry's host name; undefined for any other host. */
export function ecrRegistry(host: string): { readonly account: string; readonly region: string } | undefined {
  const { account, region, suffix } =
    /^(?<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z0-9.-]+)$/.exec(host)?.groups ?? {};
  if (account === undefined || region === undefined || suffix !== partitionOfRegion(region).dnsSuffix) return undefined;
  return { account, region };
}

/** Second part of every ARN in a region (AWS General Reference, "AWS service endpoints"). */
export function partitionOf(region: string): string {
  return partitionOfRegion(region).id;
}
