import type { Ecosystem, InstalledPackage } from '../ecosystems/ecosystem';
import type { Target } from '../plan/target';
import type { BinaryChange, TargetOutcome } from '../plan/target-outcome';
import type { ResidualReason } from '../script/result-line';
import type { TargetBinary } from './installed-binaries';
import { binariesOf, meetsFloor } from './installed-binaries';

/** What the script said about a target's missed floor; a hint, never the proof. */
export type ClaimedReasons = ReadonlyMap<string, ResidualReason>;

/**
 * Proves from the package databases, before and after, what became of each target. Nothing that ran inside the image is
 * believed; the script's word only explains a floor that was missed.
 */
export function judgeTargets(
  targets: readonly Target[],
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
  ecosystem: Ecosystem,
  claimed: ClaimedReasons,
): TargetOutcome[] {
  return targets.map((target) => {
    const old = binariesOf(target, before, ecosystem);
    const now = binariesOf(target, after, ecosystem);
    const binaries = changes(old, now);
    if (old.length === 0 && now.length === 0) return { package: target.package, result: 'not-installed', binaries };
    if (!meetsFloor(now, target.floor, ecosystem))
      return {
        package: target.package,
        result: 'residual',
        reason: claimed.get(target.package) ?? 'below-floor',
        binaries,
      };
    const was = old.length > 0 && meetsFloor(old, target.floor, ecosystem);
    return { package: target.package, result: was ? 'already-fixed' : 'fixed', binaries };
  });
}

function changes(before: readonly TargetBinary[], after: readonly TargetBinary[]): BinaryChange[] {
  const old = versionsByName(before);
  const now = versionsByName(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((name) => ({ name, before: old.get(name) ?? '', after: now.get(name) ?? '' }));
}

/** A name installed for several architectures, or in several versions, keeps them all. */
function versionsByName(binaries: readonly TargetBinary[]): Map<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const { installed } of binaries) {
    const known = versions.get(installed.name) ?? new Set();
    versions.set(installed.name, known.add(installed.version));
  }
  return new Map([...versions].map(([name, all]) => [name, [...all].sort().join(', ')]));
}
