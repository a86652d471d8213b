import type { Ecosystem } from '../ecosystems/ecosystem';
import { compareVersions } from '../versions';
import type { VersionOrder } from '../versions';
import type { Operation, PackageSpec, VettingContext, VettingTarget } from './operations';
import { readPackage } from './package-argument';
import type { PackageArgument } from './package-argument';
import type { Problem } from './problem';
import { visible } from './text';

/** Package arguments that were judged. */
export interface JudgedPackages {
  readonly packages: readonly PackageSpec[];
  readonly problems: readonly Problem[];
}

/** Judges package arguments against one plan. */
export interface PackageJudge {
  /**
   * Packages to upgrade: targets, their binaries and replacements, at or above floor and installed version; and
   * companions, of which no version can be judged, so that none may be named.
   */
  upgrade(texts: readonly string[]): JudgedPackages;
  /** Packages to remove: those that policy lists, by their bare names. */
  remove(texts: readonly string[]): JudgedPackages;
  /** Names of the targets that no operation upgrades or removes, in the order of the plan. */
  uncovered(operations: readonly Operation[]): string[];
}

/** The part of an ecosystem that judges packages. */
export type JudgingEcosystem = Pick<Ecosystem, 'grammar' | 'isPackageName' | 'isVersion' | 'versionOrder'>;

/** Makes the judge of one plan's packages. */
export function makePackageJudge(ecosystem: JudgingEcosystem, context: VettingContext): PackageJudge {
  const targetsByName = indexTargets(context.targets);
  const removable = new Set(context.removable ?? []);
  const companions = new Set(context.companions ?? []);
  const rules = {
    syntax: ecosystem.grammar.packages,
    isPackageName: (text: string) => ecosystem.isPackageName(text),
    isVersion: (text: string) => ecosystem.isVersion(text),
  };

  function judgeAll(
    texts: readonly string[],
    knows: (name: string) => boolean,
    onUnknown: (name: string) => Problem,
    check: (argument: PackageArgument) => Problem | undefined,
  ): JudgedPackages {
    const packages: PackageSpec[] = [];
    const problems: Problem[] = [];
    const packageRules = { ...rules, knows };
    for (const text of texts) {
      const read = readPackage(text, packageRules);
      if (read.kind === 'package') {
        const found = check(read);
        if (found === undefined) packages.push(read.spec);
        else problems.push(found);
      } else {
        problems.push(read.kind === 'unknown' ? onUnknown(visible(read.name, 80)) : read.problem);
      }
    }
    return { packages, problems };
  }

  return {
    upgrade: (texts) =>
      judgeAll(
        texts,
        (name) => targetsByName.has(name) || companions.has(name),
        (name) => ({
          code: 'package-not-in-targets',
          message: `Leave "${name}" out: it is neither a target of the plan, nor a known binary of one, nor a companion.`,
        }),
        (argument) => {
          const targets = targetsByName.get(argument.spec.name);
          if (targets !== undefined) return judgeVersion(argument, targets, ecosystem.versionOrder);
          return argument.spec.version === undefined ? undefined : companionVersion(argument.spec);
        },
      ),
    remove: (texts) =>
      judgeAll(
        texts,
        (name) => removable.has(name),
        (name) => ({
          code: 'removal-not-allowed',
          message: `Upgrade or leave out "${name}": policy does not list it as removable.`,
        }),
        ({ spec }) =>
          spec.version === undefined
            ? undefined
            : { code: 'malformed-package', message: `Write "${spec.name}" without a version to remove it.` },
      ),
    uncovered: (operations) => {
      const upgraded = namedIn(operations, 'upgrade');
      const removed = namedIn(operations, 'remove');
      const isCovered = (target: VettingTarget): boolean =>
        namesOf(target).some((name) => upgraded.has(name)) || ownNames(target).some((name) => removed.has(name));
      return context.targets.filter((target) => !isCovered(target)).map((target) => target.package);
    },
  };
}

function indexTargets(targets: readonly VettingTarget[]): ReadonlyMap<string, readonly VettingTarget[]> {
  const index = new Map<string, VettingTarget[]>();
  for (const target of targets) {
    for (const name of new Set(namesOf(target))) {
      const sharing = index.get(name);
      if (sharing === undefined) index.set(name, [target]);
      else sharing.push(target);
    }
  }
  return index;
}

/** Names that an upgrade may call a target by. */
function namesOf(target: VettingTarget): readonly string[] {
  return [...ownNames(target), ...(target.replacements ?? [])];
}

function ownNames(target: VettingTarget): readonly string[] {
  return [target.package, ...(target.binaries ?? [])];
}

function namedIn(operations: readonly Operation[], kind: 'upgrade' | 'remove'): ReadonlySet<string> {
  return new Set(operations.flatMap((item) => (item.kind === kind ? item.packages.map((spec) => spec.name) : [])));
}

function companionVersion({ name, version = '' }: PackageSpec): Problem {
  const message = `Write "${name}" without the version ${visible(version, 80)}: it is no target, so none can be judged.`;
  return { code: 'downgrade', message };
}

/** A version must reach the installed version and the floor of every target that the name belongs to. */
function judgeVersion(
  { spec, anyEpoch }: PackageArgument,
  targets: readonly VettingTarget[],
  order: VersionOrder,
): Problem | undefined {
  const { name, version } = spec;
  if (version === undefined) return undefined;
  for (const { floor, installed } of targets) {
    for (const [what, bound] of [
      ['installed version', installed],
      ['floor', floor],
    ] as const) {
      if (bound === undefined) continue;
      const given = anyEpoch ? withEpochOf(bound, version) : version;
      if (compareVersions(order, given, bound) >= 0) continue;
      return {
        code: 'downgrade',
        message: `Write "${name}" without a version: ${visible(version, 80)} is below the ${what} ${visible(bound, 80)}.`,
      };
    }
  }
  return undefined;
}

function withEpochOf(bound: string, version: string): string {
  const colon = bound.indexOf(':');
  return colon === -1 ? version : `${bound.slice(0, colon)}:${version}`;
}
