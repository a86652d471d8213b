import type { Finding } from '../finding/finding';
import type { RecordProblem } from '../finding/record-problem';

/** How a scanner stands to one image. Only `scanned` lets the absence of a finding mean anything. */
export type ScanStatus =
  /** A scan has completed, and the image is still looked at. */
  | { readonly state: 'scanned'; /** ISO 8601; the last completed scan. */ readonly at: string }
  /** Not scanned yet. */
  | { readonly state: 'pending'; readonly detail: string }
  /** Scanned once, and not looked at any more: its findings are closed, and prove nothing. */
  | { readonly state: 'expired'; readonly detail: string }
  /** The scanner cannot scan it, or failed to. */
  | { readonly state: 'not-scanned'; readonly detail: string }
  /** The scanner does not know the image. */
  | { readonly state: 'unknown' };

/** One image of a repository, as the scanner covers it. */
export interface ScanCoverage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** ISO 8601, where known. */
  readonly pushedAt?: string;
  /** ISO 8601; when a container of it was last in use, where known. */
  readonly lastInUseAt?: string;
  /** Containers that run it now, where known. */
  readonly inUse?: number;
  readonly status: ScanStatus;
}

/** What one page of a scanner's list came to. */
export interface FindingPage {
  readonly findings: readonly Finding[];
  /** What was malformed; the usable packages of the same record are in `findings`. */
  readonly problems: readonly RecordProblem[];
}
