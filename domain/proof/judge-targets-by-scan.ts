import type { Ecosystem } from '../ecosystems/ecosystem';
import { OS_PACKAGE_MANAGER } from '../finding/finding';
import type { Target } from '../plan/target';
import { isAbout } from '../plan/target-findings';
import type { TargetOutcome } from '../plan/target-outcome';
import type { ResidualReason } from '../script/result-line';
import { compareVersions } from '../versions';
import type { ClaimedReasons } from './judge-targets';
import type { PresentFinding } from './listed-findings';

/** What targets are judged with, beside what the scanner lists. */
export interface ScanContext {
  readonly ecosystem: Pick<Ecosystem, 'versionOrder'>;
  /** What the script said about missed floors. */
  readonly claimed: ClaimedReasons;
  /** Digests of the layers above those of the parent and of the patch; empty where the parent's are not known. */
  readonly layersAbove: ReadonlySet<string>;
}

/**
 * Proves by what a scanner lists, before and after, what became of each target: one that the candidate still has a
 * vulnerability of is residual.
 */
export function judgeTargetsByScan(
  targets: readonly Target[],
  before: readonly PresentFinding[],
  after: readonly PresentFinding[],
  context: ScanContext,
): TargetOutcome[] {
  return targets.map((target) => {
    const isIts = (finding: PresentFinding): boolean => settles(target, finding, context.ecosystem);
    const [old, now] = [before.filter(isIts), after.filter(isIts)];
    if (now.length === 0)
      return { package: target.package, result: old.length > 0 ? 'fixed' : 'already-fixed', binaries: [] };
    const installed = (all: readonly PresentFinding[]): string =>
      [...new Set(all.map((finding) => finding.installed))].sort().join(', ');
    return {
      package: target.package,
      result: 'residual',
      reason: reasonOf(target, old, now, context),
      binaries: [{ name: now[0]?.package ?? target.package, before: installed(old), after: installed(now) }],
    };
  });
}

/** True where a finding is one that a target settles; of a target that could not keep all its ids, by the floor. */
function settles(target: Target, finding: PresentFinding, { versionOrder }: Pick<Ecosystem, 'versionOrder'>): boolean {
  if (finding.packageManager !== OS_PACKAGE_MANAGER) return false;
  if (!isAbout(target, finding.package) && finding.package !== target.replacedBy) return false;
  if (target.vulnerabilities.includes(finding.vulnerabilityId)) return true;
  return (
    target.omitted !== undefined &&
    finding.floor !== undefined &&
    compareVersions(versionOrder, finding.floor, target.floor) <= 0
  );
}

/** The script's word where there is one; else what the scanner's facts suggest. A hint for people, never proof. */
function reasonOf(
  target: Target,
  old: readonly PresentFinding[],
  now: readonly PresentFinding[],
  { claimed, layersAbove }: ScanContext,
): ResidualReason {
  const said = claimed.get(target.package);
  if (said !== undefined) return said;
  const versions = new Set(old.map(({ installed }) => installed));
  const isUntouched = now.every(({ installed }) => versions.has(installed));
  if (!isUntouched) return 'below-floor';
  return now.every(({ sourceLayerHash }) => layersAbove.has(sourceLayerHash ?? ''))
    ? 'other-layer'
    : 'fix-not-in-repository';
}
