import type { Severity } from './severity';

/** Inspector's statuses of a finding. CLOSED is not FIXED: expiry and deletion close findings too. */
export type FindingStatus = 'ACTIVE' | 'SUPPRESSED' | 'CLOSED';

/** The package manager that Inspector writes for operating system packages; everything else is a language package. */
export const OS_PACKAGE_MANAGER = 'OS';

/** Characters of free text that are kept of a finding. */
export const MAXIMUM_FINDING_TEXT = 600;

/**
 * One normalised fact: a vulnerability of one package in one image digest. A finding of Inspector that names several
 * packages splits into several facts.
 */
export interface Finding {
  /** CVE or advisory id, as the scanner names it. */
  readonly vulnerabilityId: string;
  /** Upper case; `OS`, or a language's package manager (an open set). */
  readonly packageManager: string;
  /** Package name as the scanner names it: on Debian the *source* package. */
  readonly package: string;
  /** Path inside the image, for language packages. */
  readonly filePath?: string;
  /** ARN of the finding; of a scan result, which has none, an identifier of the entry inside it. */
  readonly arn: string;
  /** ECR repository name, without registry. */
  readonly repository: string;
  /** `sha256:…` of the image's manifest. */
  readonly digest: string;
  /** Tags of that digest when the finding was made; empty for an untagged image. */
  readonly tags: readonly string[];
  /** ISO 8601; when the digest was pushed. */
  readonly pushedAt?: string;
  /** Lower case, e.g. `amd64`. */
  readonly architecture?: string;
  /** Inspector's platform string, e.g. `DEBIAN_12`. */
  readonly platform?: string;
  /** True where the scanner says that the release gets no security updates any more. */
  readonly endOfLife?: true;
  /** Layer that brought the package in, where the scanner says so. */
  readonly sourceLayerHash?: string;
  readonly status: FindingStatus;
  readonly severity: Severity;
  /** Title and description as the scanner wrote them, at most {@link MAXIMUM_FINDING_TEXT} characters: text from outside, not to be trusted. */
  readonly text?: string;
  /** Installed version, `[epoch:]version[-release]`, an epoch of 0 left out. */
  readonly installed: string;
  /** Lowest version with the fix, same form; absent where no fix is known. */
  readonly floor?: string;
  /** True where an exploit is known to exist. */
  readonly exploit: boolean;
  /** Probability of exploitation in the next 30 days, 0 to 1. */
  readonly epss?: number;
  /** ISO 8601; when the scanner last updated this finding. Orders observations. */
  readonly observedAt: string;
  /** ISO 8601; when the scanner first saw it. */
  readonly firstObservedAt: string;
}
