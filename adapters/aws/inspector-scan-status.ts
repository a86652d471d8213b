import type { CoveredResource, ScanStatusReason } from '@aws-sdk/client-inspector2';
import type { ScanStatus } from '../../domain/scan/image-scan';

/** What a reason comes to: `scanned` where a time of a scan is told too. */
type Meaning = ScanStatus['state'];

/**
 * What Inspector's reasons mean for a container image, with a sentence for people. Source: Amazon Inspector API,
 * ScanStatus; the reasons that speak of instances, functions and code are not of images and prove nothing.
 */
const REASONS: Readonly<Record<ScanStatusReason, readonly [Meaning, string]>> = {
  SUCCESSFUL: ['scanned', 'the scan has completed'],
  SCAN_FREQUENCY_SCAN_ON_PUSH: [
    'scanned',
    'the repository is scanned on push only: set its scan frequency to continuous, or later vulnerabilities are missed',
  ],
  PENDING_INITIAL_SCAN: ['pending', 'the first scan is still to come'],
  PENDING_REVIVAL_SCAN: ['pending', 'the image is taken up again, and its scan is still to come'],
  SCAN_IN_PROGRESS: ['pending', 'it is being scanned now'],
  INTERNAL_ERROR: ['pending', 'Inspector failed, and tries again by itself'],
  SCAN_ELIGIBILITY_EXPIRED: [
    'expired',
    'it was pushed and last in use longer ago than the re-scan duration: push it again, and raise the duration',
  ],
  IMAGE_ARCHIVED: ['expired', 'it is archived in ECR: restore it'],
  RESOURCE_TERMINATED: ['unknown', 'it is deleted'],
  PENDING_DISABLE: ['not-scanned', 'Inspector is being turned off for the account'],
  SCAN_FREQUENCY_MANUAL: ['not-scanned', "no rule of the registry's scanning configuration covers the repository"],
  ACCESS_DENIED: ['not-scanned', 'a policy keeps Inspector from the image: allow it in the repository and registry'],
  ACCESS_DENIED_TO_ENCRYPTION_KEY: ['not-scanned', "the KMS key's policy keeps Inspector from the image"],
  UNSUPPORTED_OS: ['not-scanned', 'Inspector does not support its operating system, architecture or manifest'],
  UNSUPPORTED_MEDIA_TYPE: ['not-scanned', "Inspector does not support its manifest's media type"],
  IMAGE_SIZE_EXCEEDED: ['not-scanned', 'it is too large for Inspector'],
  EXCLUDED_BY_TAG: ['not-scanned', 'a tag excludes it'],
  NO_INVENTORY: ['not-scanned', 'no packages were found that could be looked up'],
  STALE_INVENTORY: ['not-scanned', 'its list of packages is too old'],
  NO_RESOURCES_FOUND: ['not-scanned', 'nothing was found to scan'],
  NO_SCAN_CONFIGURATION_ASSOCIATED: ['not-scanned', 'no scan configuration is associated with it'],
  INTEGRATION_CONNECTION_LOST: ['not-scanned', 'Inspector has lost its connection'],
  RESOURCE_STOPPED: ['not-scanned', 'it is stopped'],
  RESOURCE_UNMANAGED: ['not-scanned', 'it is not managed'],
  EC2_INSTANCE_STOPPED: ['not-scanned', 'a reason of instances'],
  UNMANAGED_EC2_INSTANCE: ['not-scanned', 'a reason of instances'],
  AGENTLESS_INSTANCE_COLLECTION_TIME_LIMIT_EXCEEDED: ['not-scanned', 'a reason of instances'],
  AGENTLESS_INSTANCE_STORAGE_LIMIT_EXCEEDED: ['not-scanned', 'a reason of instances'],
  DEEP_INSPECTION_COLLECTION_TIME_LIMIT_EXCEEDED: ['not-scanned', 'a reason of instances'],
  DEEP_INSPECTION_DAILY_SSM_INVENTORY_LIMIT_EXCEEDED: ['not-scanned', 'a reason of instances'],
  DEEP_INSPECTION_NO_INVENTORY: ['not-scanned', 'a reason of instances'],
  DEEP_INSPECTION_PACKAGE_COLLECTION_LIMIT_EXCEEDED: ['not-scanned', 'a reason of instances'],
  UNSUPPORTED_CODE_ARTIFACTS: ['not-scanned', 'a reason of functions'],
  UNSUPPORTED_RUNTIME: ['not-scanned', 'a reason of functions'],
  UNSUPPORTED_LANGUAGE: ['not-scanned', 'a reason of code repositories'],
  UNSUPPORTED_CONFIG_FILE: ['not-scanned', 'a reason of code repositories'],
};

const MEANINGS: ReadonlyMap<string, readonly [Meaning, string]> = new Map(Object.entries(REASONS));
/** Longest part of what the service says that is kept, in characters. */
const TEXT_LIMIT = 80;

/**
 * How Inspector stands to an image that its coverage lists. It is `scanned` only where it is ACTIVE for a reason that
 * says so and the time of the scan is told: expiry makes it INACTIVE and closes its findings (Inspector user guide,
 * findings-understanding). Of an
 * image that is scanned on push only the code does not count: whether its one scan leaves it ACTIVE is not documented.
 * What passes by itself is `pending`, an entry that tells no reason yet among it: those who wait for a scan bound the wait.
 */
export function toScanStatus(resource: Pick<CoveredResource, 'scanStatus' | 'lastScannedAt'>): ScanStatus {
  const { statusCode, reason } = resource.scanStatus ?? {};
  if (reason === undefined) return { state: 'pending', detail: 'Inspector tells no reason of its scan status yet' };
  const code = reason.slice(0, TEXT_LIMIT);
  const [state, meaning] = MEANINGS.get(reason) ?? ['not-scanned', 'a reason that is not known here'];
  const detail = `${code}: ${meaning}`;
  if (state === 'unknown') return { state };
  if (state !== 'scanned') return { state, detail };
  if (statusCode !== 'ACTIVE' && reason !== 'SCAN_FREQUENCY_SCAN_ON_PUSH')
    return { state: 'not-scanned', detail: `${code}, but it is ${(statusCode ?? 'NEITHER').slice(0, TEXT_LIMIT)}` };
  const at = resource.lastScannedAt;
  if (at === undefined || Number.isNaN(at.getTime()))
    return { state: 'pending', detail: `${code}, but no time of a scan is told yet` };
  return { state: 'scanned', at: at.toISOString() };
}
