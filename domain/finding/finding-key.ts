import { createHash } from 'node:crypto';
import type { Finding } from './finding';

/** Longest sort key that DynamoDB takes, in bytes. */
const MAX_SORT_KEY = 1024;

/** Makes a text safe as one part of a key: `#`, `/`, spaces, controls and non-ASCII are percent-encoded. */
export function encodeKeyPart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/**
 * Sort key of a finding: `FINDING#<vulnerabilityId>#<packageManager>#<package>[#<filePath>]`, at most 1,024 bytes; a
 * file path that does not fit is replaced by `sha256-<hex>` of it.
 */
export function findingSortKey(
  finding: Pick<Finding, 'vulnerabilityId' | 'packageManager' | 'package' | 'filePath'>,
): string {
  const head = ['FINDING', finding.vulnerabilityId, finding.packageManager, finding.package]
    .map((part, index) => (index === 0 ? part : encodeKeyPart(part)))
    .join('#');
  const bounded = head.length <= MAX_SORT_KEY - 80 ? head : `FINDING#sha256-${sha256(head)}`;
  if (finding.filePath === undefined) return bounded;
  const path = encodeKeyPart(finding.filePath);
  return bounded.length + 1 + path.length <= MAX_SORT_KEY
    ? `${bounded}#${path}`
    : `${bounded}#sha256-${sha256(finding.filePath)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
