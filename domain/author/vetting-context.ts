import { requireEcosystem } from '../ecosystems';
import type { Ecosystem, InstalledPackage } from '../ecosystems/ecosystem';
import type { Plan } from '../plan/plan';
import type { Target } from '../plan/target';
import type { Policy } from '../policy/policy';
import { binariesOf } from '../proof/installed-binaries';
import { compareVersions } from '../versions';
import type { VettingContext, VettingTarget } from '../vetting/operations';

/** What the verdict on a plan's commands depends on beside the plan. */
export interface VettingFacts {
  readonly policy: Pick<Policy, 'removable' | 'companions' | 'replacements' | 'moduleStreams'>;
  /** What is installed in the image that the patch starts from, where it is known. */
  readonly packages?: readonly InstalledPackage[];
  /** Release that the configuration fixes. */
  readonly releasever?: string;
}

/** Suffix of the packages that Debian 13 and Ubuntu 24.04 renamed for 64-bit time (wiki.debian.org/ReleaseGoals/64bit-time). */
const TIME64 = 't64';

/**
 * What an author's commands are judged against. Where the image's packages are known, the binaries of each target may be
 * named, and packages of the same source be upgraded along with them.
 */
export function vettingContextOf(
  plan: Pick<Plan, 'ecosystem' | 'targets'>,
  { policy, packages, releasever }: VettingFacts,
): VettingContext {
  const ecosystem = requireEcosystem(plan.ecosystem);
  const targets = plan.targets.map((target) => vettingTarget(target, ecosystem, policy, packages));
  return {
    targets,
    removable: policy.removable,
    companions: [...new Set([...policy.companions, ...siblingsOf(plan.targets, ecosystem, packages)])].sort(),
    moduleStreams: policy.moduleStreams,
    ...(releasever !== undefined && { releasever }),
  };
}

function vettingTarget(
  target: Target,
  ecosystem: Ecosystem,
  policy: VettingFacts['policy'],
  packages: readonly InstalledPackage[] | undefined,
): VettingTarget {
  const installed = packages === undefined ? [] : binariesOf(target, packages, ecosystem);
  const names = new Set([
    ...(target.source === undefined ? [] : [target.source]),
    ...installed.map((binary) => binary.installed.name),
  ]);
  names.delete(target.package);
  const versions = installed.map((binary) => binary.judgedVersion);
  const [first] = versions.sort((left, right) => compareVersions(ecosystem.versionOrder, left, right));
  const replacements = replacementsOf(target, policy, packages);
  return {
    package: target.package,
    floor: target.floor,
    ...(first !== undefined && { installed: first }),
    ...(names.size > 0 && { binaries: [...names].sort() }),
    ...(replacements.length > 0 && { replacements }),
  };
}

/** Names that a target may go by now: those that policy lists, and the 64-bit time one where it is installed instead. */
function replacementsOf(
  target: Target,
  policy: VettingFacts['policy'],
  packages: readonly InstalledPackage[] | undefined,
): string[] {
  const isInstalled = (name: string): boolean => packages?.some((one) => one.name === name) === true;
  const renamed = `${target.package}${TIME64}`;
  const listed = Object.hasOwn(policy.replacements, target.package) ? (policy.replacements[target.package] ?? []) : [];
  return [...new Set([...listed, ...(isInstalled(renamed) && !isInstalled(target.package) ? [renamed] : [])])];
}

/** Installed packages of the sources that targets are built from: what one release of a source goes together with. */
function siblingsOf(
  targets: readonly Target[],
  ecosystem: Ecosystem,
  packages: readonly InstalledPackage[] = [],
): string[] {
  const sources = new Set(
    targets.flatMap((target) => binariesOf(target, packages, ecosystem).map((binary) => binary.installed.source)),
  );
  return packages.filter((one) => sources.has(one.source)).map((one) => one.name);
}
