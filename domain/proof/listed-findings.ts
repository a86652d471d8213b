import type { Finding, FindingStatus } from '../finding/finding';
import { findingSortKey } from '../finding/finding-key';
import type { Severity } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import type { FindingItem } from '../table/finding-item';

/** What a scanner lists of one image, by sort key of the finding; every status. */
export type ListedFindings = ReadonlyMap<string, readonly Finding[]>;

/** A vulnerability that an image has, as far as is known. */
export interface PresentFinding {
  readonly vulnerabilityId: string;
  readonly packageManager: string;
  readonly package: string;
  readonly status: Exclude<FindingStatus, 'CLOSED'>;
  readonly severity: Severity;
  /** Installed version; empty where the scanner does not say. */
  readonly installed: string;
  readonly floor?: string;
  readonly exploit: boolean;
  readonly epss?: number;
  readonly sourceLayerHash?: string;
  /** ISO 8601; when the scanner first saw it on this image, where it was asked. */
  readonly firstObservedAt?: string;
}

/** What a vulnerability is about. */
export type FindingName = Pick<PresentFinding, 'vulnerabilityId' | 'packageManager' | 'package'>;

/** What is known of the vulnerabilities of the image that another one is compared with. */
export interface KnownVulnerabilities {
  readonly present: readonly PresentFinding[];
  /** True where the scanner still looks at it, so that what is not `present` is not there; else nobody knows. */
  readonly isComplete: boolean;
  /** Those that were proven to be gone from it. */
  readonly gone: readonly FindingName[];
}

/** The vulnerabilities that were proven to be gone from an image. */
export function goneInTable(findings: readonly FindingItem[], digest: string): FindingName[] {
  return findings.filter(({ observations }) => observations[digest]?.proof !== undefined);
}

/** Sorts a scanner's list by finding: one may be listed under several ARNs. */
export function listFindings(findings: Iterable<Finding>): ListedFindings {
  const listed = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = findingSortKey(finding);
    const known = listed.get(key);
    if (known === undefined) listed.set(key, [finding]);
    else known.push(finding);
  }
  return listed;
}

/** True where the scanner lists a finding as ACTIVE or SUPPRESSED, under whichever ARN. */
export function isPresent(facts: readonly Finding[] | undefined): boolean {
  return facts?.some(({ status }) => status !== 'CLOSED') === true;
}

/** The vulnerabilities that an image has by a scanner's list. */
export function presentIn(listed: ListedFindings): PresentFinding[] {
  return [...listed.values()]
    .flat()
    .flatMap(({ status, ...facts }) => (status === 'CLOSED' ? [] : [{ ...facts, status }]));
}

/**
 * The vulnerabilities that an image had by what was seen of it, where the scanner cannot be asked about it any more. One
 * that is CLOSED without proof counts: expiry closes findings and fixes nothing.
 */
export function presentInTable(findings: readonly FindingItem[], digest: string): PresentFinding[] {
  return findings.flatMap((finding) => {
    const seen = observationOn(finding, digest);
    if (seen === undefined || (seen.status === 'CLOSED' && seen.proof !== undefined)) return [];
    const { vulnerabilityId, packageManager, package: name } = finding;
    const { severity, installed, floor, exploit, epss } = seen;
    return [
      {
        ...{ vulnerabilityId, packageManager, package: name, severity, installed, exploit },
        status: seen.status === 'SUPPRESSED' ? ('SUPPRESSED' as const) : ('ACTIVE' as const),
        ...(floor !== undefined && { floor }),
        ...(epss !== undefined && { epss }),
      },
    ];
  });
}
