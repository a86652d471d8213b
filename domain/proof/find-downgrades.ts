import type { Ecosystem, InstalledPackage } from '../ecosystems/ecosystem';
import { compareVersions } from '../versions';

/**
 * Packages whose newest installed version is lower than before: a sign that the candidate is worse.
 * @returns one sentence each
 */
export function findDowngrades(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
  ecosystem: Pick<Ecosystem, 'versionOrder'>,
): string[] {
  const order = ecosystem.versionOrder;
  const newest = (packages: readonly InstalledPackage[]): Map<string, string> => {
    const versions = new Map<string, string>();
    for (const { name, version } of packages) {
      const known = versions.get(name);
      if (known === undefined || compareVersions(order, version, known) > 0) versions.set(name, version);
    }
    return versions;
  };
  const now = newest(after);
  return [...newest(before)].flatMap(([name, old]) => {
    const version = now.get(name);
    return version !== undefined && compareVersions(order, version, old) < 0
      ? [`package ${name} went down from ${old} to ${version}`]
      : [];
  });
}
