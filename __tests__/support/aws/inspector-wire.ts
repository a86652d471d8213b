import type { Finding } from '../../../domain/finding/finding';
import { parseTimestamp } from '../../../domain/finding/timestamp';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';

/** A JSON object. */
export type WireObject = Readonly<Record<string, unknown>>;

/** How an image is covered, in Inspector's words. */
export interface CoverageSample {
  /** @default 'ACTIVE' */
  readonly statusCode?: string;
  /** @default 'SUCCESSFUL' */
  readonly reason?: string;
  /** ISO 8601. */
  readonly lastScannedAt?: string;
  readonly tags?: readonly string[];
  /** ISO 8601. */
  readonly lastInUseAt?: string;
  readonly inUseCount?: number;
}

/** Members that hold a time; REST JSON writes them as seconds since the epoch (Smithy, "Timestamp serialization"). */
const TIMES: ReadonlySet<string> = new Set([
  'firstObservedAt',
  'imagePulledAt',
  'lastInUseAt',
  'lastKnownExploitAt',
  'lastObservedAt',
  'lastScannedAt',
  'pushedAt',
  'updatedAt',
  'vendorCreatedAt',
  'vendorUpdatedAt',
]);

/** A value as the service sends it: times in seconds. What is no time is left as it is. */
export function onTheWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onTheWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, TIMES.has(name) ? seconds(member) : onTheWire(member)]),
  );
}

function seconds(value: unknown): unknown {
  const iso = parseTimestamp(value);
  return iso === undefined ? value : Date.parse(iso) / 1000;
}

/** A covered image as ListCoverage sends it. @param resourceId ARN of the image */
export function coveredImage(resourceId: string, sample: CoverageSample): WireObject {
  const { statusCode = 'ACTIVE', reason = 'SUCCESSFUL', lastScannedAt, tags = [], lastInUseAt, inUseCount } = sample;
  const name = /:repository\/(?<name>.+)\/sha256:/.exec(resourceId)?.groups?.['name'];
  return onTheWire({
    resourceType: 'AWS_ECR_CONTAINER_IMAGE',
    resourceId,
    accountId: TEST_ACCOUNT,
    scanType: 'PACKAGE',
    scanStatus: { statusCode, reason },
    resourceMetadata: {
      ecrRepository: { name, scanFrequency: 'CONTINUOUS_SCAN' },
      ecrImage: {
        tags,
        ...(lastInUseAt !== undefined && { lastInUseAt }),
        ...(inUseCount !== undefined && { inUseCount }),
      },
    },
    ...(lastScannedAt !== undefined && { lastScannedAt }),
  }) as WireObject;
}

/** A fact as the finding of Inspector that it is read from. */
export function toInspectorFinding(finding: Finding): WireObject {
  const { repository, digest, tags, pushedAt, architecture, platform, sourceLayerHash, floor, filePath, epss } =
    finding;
  return {
    awsAccountId: TEST_ACCOUNT,
    findingArn: finding.arn,
    type: 'PACKAGE_VULNERABILITY',
    title: finding.text ?? '',
    description: '',
    remediation: { recommendation: { text: 'None Provided' } },
    severity: finding.severity,
    status: finding.status,
    fixAvailable: floor === undefined ? 'NO' : 'YES',
    exploitAvailable: finding.exploit ? 'YES' : 'NO',
    firstObservedAt: finding.firstObservedAt,
    lastObservedAt: finding.observedAt,
    updatedAt: finding.observedAt,
    ...(epss !== undefined && { epss: { score: epss } }),
    packageVulnerabilityDetails: {
      vulnerabilityId: finding.vulnerabilityId,
      source: 'DEBIAN_CVE',
      vulnerablePackages: [
        {
          name: finding.package,
          version: finding.installed,
          packageManager: finding.packageManager,
          fixedInVersion: floor ?? 'NotAvailable',
          ...(filePath !== undefined && { filePath }),
          ...(sourceLayerHash !== undefined && { sourceLayerHash }),
        },
      ],
    },
    resources: [
      {
        type: 'AWS_ECR_CONTAINER_IMAGE',
        id: `arn:aws:ecr:${TEST_REGION}:${TEST_ACCOUNT}:repository/${repository}/${digest}`,
        partition: 'aws',
        region: TEST_REGION,
        details: {
          awsEcrContainerImage: {
            repositoryName: repository,
            imageHash: digest,
            registry: TEST_ACCOUNT,
            imageTags: tags,
            ...(pushedAt !== undefined && { pushedAt }),
            ...(architecture !== undefined && { architecture }),
            ...(platform !== undefined && { platform }),
          },
        },
      },
    ],
  };
}
