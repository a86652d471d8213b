import { ecosystemOf } from '../ecosystems';
import type { EcosystemId } from '../ecosystems/ecosystem';
import type { FindingStatus } from '../finding/finding';
import { OS_PACKAGE_MANAGER } from '../finding/finding';
import type { Severity } from '../finding/severity';
import { isAtLeast } from '../finding/severity';
import { isEndOfLife } from '../platform/end-of-life';
import { outOfReach } from '../platform/fix-reach';
import type { Platform } from '../platform/platform';
import type { RiskException } from './exception';
import { exceptionFor } from './exception';
import type { Policy } from './policy';

/** Why a finding that is true is not acted on, in the order in which reasons are tried. */
export const PARKED_REASONS = [
  'no-fix',
  'fix-out-of-reach',
  'below-threshold',
  'excepted',
  'language-package',
  'end-of-life',
  'unsupported-platform',
  'suppressed',
  'stale-digest',
] as const;

/** Why a finding that is true is not acted on. */
export type ParkedReason = (typeof PARKED_REASONS)[number];

/** What the judge looks at: one finding as observed on the image's current digest. */
export interface Judged {
  readonly vulnerabilityId: string;
  readonly packageManager: string;
  readonly package: string;
  readonly status: FindingStatus;
  readonly severity: Severity;
  /** Installed version; empty where the scanner does not say. */
  readonly installed: string;
  readonly floor?: string;
  readonly exploit: boolean;
  readonly epss?: number;
  /** The scanner says that the release is at its end of life. */
  readonly endOfLife?: true;
}

/** What a finding is judged by. */
export interface JudgeContext {
  readonly image: string;
  readonly platform: Platform | undefined;
  /** Package manager family in force for the image; undefined where there is none that this project knows. */
  readonly ecosystem: EcosystemId | undefined;
  readonly policy: Policy;
  readonly exceptions: readonly RiskException[];
  readonly now: Date;
}

/** The policy's word on a finding. */
export type Verdict =
  | { readonly state: 'OPEN' }
  | { readonly state: 'CLOSED' }
  | { readonly state: 'PARKED'; readonly reason: ParkedReason };

/**
 * Judges one finding.
 * @param observed the finding on the current digest, or undefined where it was only seen on other digests
 */
export function judge(observed: Judged | undefined, context: JudgeContext): Verdict {
  if (observed === undefined) return { state: 'PARKED', reason: 'stale-digest' };
  if (observed.status === 'CLOSED') return { state: 'CLOSED' };
  const reason = PARKED_REASONS.find((candidate) => applies(candidate, observed, context));
  return reason === undefined ? { state: 'OPEN' } : { state: 'PARKED', reason };
}

function applies(reason: ParkedReason, observed: Judged, context: JudgeContext): boolean {
  const { policy, platform, now } = context;
  switch (reason) {
    case 'no-fix':
      return observed.floor === undefined;
    case 'fix-out-of-reach':
      return isOutOfReach(observed, platform);
    case 'below-threshold':
      return !exceedsThreshold(observed, policy);
    case 'excepted':
      return exceptionFor(observed, context.image, context.exceptions, now) !== undefined;
    case 'language-package':
      return observed.packageManager !== OS_PACKAGE_MANAGER;
    case 'end-of-life':
      return (
        !policy.patchEndOfLife &&
        (observed.endOfLife === true || (platform !== undefined && isEndOfLife(platform, now)))
      );
    case 'unsupported-platform':
      return !isPlannable(observed, context.ecosystem);
    case 'suppressed':
      return observed.status === 'SUPPRESSED';
    case 'stale-digest':
      return false;
  }
}

/** True where the published fix is one that the image's repositories will never offer. */
function isOutOfReach(observed: Judged, platform: Platform | undefined): boolean {
  const { packageManager, floor } = observed;
  return (
    packageManager === OS_PACKAGE_MANAGER &&
    floor !== undefined &&
    outOfReach({ ...observed, floor }, platform) !== undefined
  );
}

/** True where this project has the image's package manager, and that can have such a package. */
function isPlannable(observed: Judged, id: EcosystemId | undefined): boolean {
  const ecosystem = id === undefined ? undefined : ecosystemOf(id);
  return (
    ecosystem !== undefined && ecosystem.isPackageName(observed.package) && ecosystem.isVersion(observed.floor ?? '')
  );
}

/** Bad enough to act on: by severity, because an exploit exists, or because one is likely. */
export function exceedsThreshold(
  observed: Pick<Judged, 'severity' | 'exploit' | 'epss'>,
  policy: Pick<Policy, 'minimumSeverity' | 'minimumEpss'>,
): boolean {
  return (
    isAtLeast(observed.severity, policy.minimumSeverity) ||
    observed.exploit ||
    (observed.epss ?? 0) >= policy.minimumEpss
  );
}
