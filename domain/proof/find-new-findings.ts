import type { Ecosystem } from '../ecosystems/ecosystem';
import { OS_PACKAGE_MANAGER } from '../finding/finding';
import type { Target } from '../plan/target';
import { exceedsThreshold } from '../policy/judge';
import type { Policy } from '../policy/policy';
import { compareVersions } from '../versions';
import type { FindingName, KnownVulnerabilities, PresentFinding } from './listed-findings';

/** What decides whether a vulnerability that an image did not have before makes it worse. */
export interface NewFindingRules {
  readonly policy: Pick<Policy, 'minimumSeverity' | 'minimumEpss'>;
  /** True of a risk that is accepted. */
  readonly isAccepted: (finding: PresentFinding) => boolean;
  /** Targets of the patch: a package that has taken another's place has that one's vulnerabilities. */
  readonly targets: readonly Target[];
  /** Undefined where the package manager is not known: then versions are not compared. */
  readonly ecosystem: Pick<Ecosystem, 'versionOrder'> | undefined;
  readonly now: Date;
  /** Hours in which a scanner that has learned something may have looked at the one image and not yet at the other. */
  readonly graceHours: number;
}

/** Vulnerabilities that an image has and the one before has not: one sentence each, sorted. */
export interface NewFindings {
  /** The image before does not have them. */
  readonly worse: readonly string[];
  /** The image before may have them as well: the scanner has just seen them, and may not have looked at it yet. */
  readonly undecided: readonly string[];
}

const HOUR = 3_600_000;

/**
 * Vulnerabilities at or above the threshold, fixable or not, that an image has and the one before has not: a sign that it
 * is worse. What the scanner suppresses and what is accepted does not count. Nor does what was published since the scanner
 * stopped looking at the image before, and what it has only just seen: the content of an image does not change, so such a
 * vulnerability is most likely in both. Where the image before is known not to have it, by proof or by its version, it counts.
 */
export function findNewFindings(
  before: KnownVulnerabilities,
  after: readonly PresentFinding[],
  { policy, isAccepted, targets, ecosystem, now, graceHours }: NewFindingRules,
): NewFindings {
  const names = new Map(targets.flatMap((target) => aliases(target)));
  const keyOf = ({ vulnerabilityId, packageManager, package: name }: FindingName): string =>
    JSON.stringify([vulnerabilityId, packageManager, names.get(name) ?? name]);
  const present = Map.groupBy(before.present, keyOf);
  const gone = new Set(before.gone.map(keyOf));
  const isJustSeen = ({ firstObservedAt }: PresentFinding): boolean =>
    firstObservedAt !== undefined && now.getTime() - Date.parse(firstObservedAt) < graceHours * HOUR;
  const verdictOn = (finding: PresentFinding): 'worse' | 'undecided' | 'known' => {
    const key = keyOf(finding);
    const had = present.get(key);
    if (had?.some((one) => !hadFix(one, finding, ecosystem)) === true) return 'known';
    if (had !== undefined || gone.has(key)) return 'worse';
    if (!before.isComplete) return 'known';
    return isJustSeen(finding) ? 'undecided' : 'worse';
  };
  const found = after.filter(
    (finding) => finding.status === 'ACTIVE' && exceedsThreshold(finding, policy) && !isAccepted(finding),
  );
  const sentences = (verdict: 'worse' | 'undecided'): string[] =>
    [...new Set(found.filter((finding) => verdictOn(finding) === verdict).map(sentence))].sort();
  return { worse: sentences('worse'), undecided: sentences('undecided') };
}

function sentence({ vulnerabilityId, package: name, severity }: PresentFinding): string {
  return `${vulnerabilityId} in ${name} (${severity}) is new: the image before does not have it`;
}

function aliases(target: Target): [string, string][] {
  return [target.reportedAs, target.replacedBy]
    .filter((name) => name !== undefined)
    .map((name) => [name, target.package]);
}

/** True where the version that an image had is one that, by a later word on the vulnerability, fixes it. */
function hadFix(
  { installed }: PresentFinding,
  { packageManager, floor }: PresentFinding,
  ecosystem: NewFindingRules['ecosystem'],
): boolean {
  if (ecosystem === undefined || packageManager !== OS_PACKAGE_MANAGER || floor === undefined || installed === '')
    return false;
  return compareVersions(ecosystem.versionOrder, installed, floor) >= 0;
}
