import type { Ecosystem, InstalledPackage } from '../ecosystems/ecosystem';
import { compareVersions } from '../versions';

/** A target's name, its source package's where that is known to differ, and the binary's that has taken its place. */
export interface NamedPackage {
  readonly package: string;
  readonly source?: string;
  readonly replacedBy?: string;
}

/** One installed binary of a target and the version that its floor is about. */
export interface TargetBinary {
  readonly installed: InstalledPackage;
  /**
   * The source's version where the ecosystem has source packages, or the target names the source; else the binary's own.
   */
  readonly judgedVersion: string;
}

/**
 * Every installed binary that a target stands for: the one of that name, and, where the ecosystem reports source
 * packages, all that were built from the source of that name. Upgrading only the named one leaves its siblings
 * vulnerable (local-forge: `openssl` without `libssl`). There a floor is a version of the source, so every binary is judged
 * by its source's: `bsdutils` 1:2.38.1-5 was built from util-linux 2.38.1-5 and lacks what util-linux 2.38.1-6 fixes.
 * Elsewhere a binary is judged by its own version, unless only its source has the target's name.
 */
export function binariesOf(
  target: NamedPackage,
  packages: readonly InstalledPackage[],
  ecosystem: Pick<Ecosystem, 'hasSourcePackages'>,
): TargetBinary[] {
  const byName = packages.filter((pkg) => pkg.name === target.package);
  const sources = new Set(target.source === undefined ? [target.package] : [target.package, target.source]);
  const useSources = ecosystem.hasSourcePackages || byName.length === 0;
  const bySource = useSources ? packages.filter((pkg) => sources.has(pkg.source)) : [];
  const heirs = packages.filter(({ name }) => name === target.replacedBy);
  const byOwnVersion = new Set(ecosystem.hasSourcePackages ? [] : [...byName, ...heirs]);
  return [...new Set([...byName, ...bySource, ...heirs])].map((installed) => ({
    installed,
    judgedVersion: byOwnVersion.has(installed) ? installed.version : installed.sourceVersion,
  }));
}

/** True where every binary is at or above the floor; also where there is none. */
export function meetsFloor(
  binaries: readonly TargetBinary[],
  floor: string,
  ecosystem: Pick<Ecosystem, 'versionOrder'>,
): boolean {
  return binaries.every((binary) => compareVersions(ecosystem.versionOrder, binary.judgedVersion, floor) >= 0);
}
