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
  /** The source's version where the target names the source, else the binary's own. */
  readonly judgedVersion: string;
}

/**
 * Every installed binary that a target stands for: the one of that name, and, where the ecosystem reports source
 * packages, all that were built from the source of that name. Upgrading only the named one leaves its siblings
 * vulnerable (local-forge: `openssl` without `libssl`). The binary that has taken the target's place is judged by its own
 * version, whatever its source.
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
  const isReplacement = ({ name }: InstalledPackage): boolean => name === target.replacedBy;
  const all = new Set([...byName, ...bySource, ...packages.filter(isReplacement)]);
  return [...all].map((installed) => ({
    installed,
    judgedVersion:
      useSources && sources.has(installed.source) && !isReplacement(installed)
        ? installed.sourceVersion
        : installed.version,
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
