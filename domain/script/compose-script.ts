import type { Plan } from '../plan/plan';
import type { Target } from '../plan/target';
import type { Operation, VettingContext, VettingResult, VettingTarget } from '../vetting/operations';
import { isDatedRelease } from '../vetting/releases';
import type { ScriptInput, ScriptTarget } from './script-input';

/** What a script is composed for. */
export interface ScriptPlan extends Pick<Plan, 'image' | 'planHash' | 'targets' | 'releasever'> {
  /** True where the configuration fixed `releasever`, so that no command can change it. */
  readonly releaseverFixed?: boolean;
}

/**
 * Turns a plan and the vetted operations into what the script works on. Every target of the plan gets in: those that
 * the operations leave out are completed by rules, as the plan says, so that no author can drop one.
 *
 * - A target is removed where an operation removes the package of its name.
 * - It is replaced by the first of its replacements that an operation upgrades, else by what the plan says, else by the
 *   first; where none is installed that means nothing.
 * - Other packages that operations name become companions; one that is both removed and upgraded is removed.
 * - A dated release takes the place of the plan's, where the plan has one and the configuration did not fix it.
 * - Of a module, the last stream that was named is enabled; a reset alone means nothing.
 * @param vetted the verdict on the commands; of a refused one nothing is taken
 * @param attempt 1 for the first
 * @param context the one that the commands were vetted against: it knows the binaries and replacements of each target
 */
export function scriptInputOf(
  plan: ScriptPlan,
  vetted: VettingResult,
  attempt: number,
  context: Pick<VettingContext, 'targets'>,
): ScriptInput {
  const operations = vetted.verdict === 'accepted' ? vetted.operations : [];
  const upgraded = namesIn(operations, 'upgrade');
  const removed = namesIn(operations, 'remove');
  const known = new Map(context.targets.map((target) => [target.package, target]));
  const targets = plan.targets.map((target) => scriptTarget(target, known.get(target.package), upgraded, removed));
  const companions = companionsOf(plan.targets, context.targets, targets, upgraded, removed);
  const moduleStreams = streamsOf(operations);
  const releasever = releaseOf(plan, operations);
  return {
    image: plan.image,
    planHash: plan.planHash,
    attempt,
    targets,
    ...(releasever !== undefined && { releasever }),
    ...(companions.upgrade.length + companions.remove.length > 0 && { companions }),
    ...(moduleStreams.length > 0 && { moduleStreams }),
  };
}

function scriptTarget(
  target: Target,
  vetting: VettingTarget | undefined,
  upgraded: ReadonlySet<string>,
  removed: ReadonlySet<string>,
): ScriptTarget {
  const names = [target.package, ...(vetting?.binaries ?? []), ...(vetting?.replacements ?? [])];
  const isUpgraded = names.some((name) => upgraded.has(name));
  const isRemoved = removed.has(target.package) || (target.action === 'remove' && !isUpgraded);
  const replacedBy =
    vetting?.replacements?.find((name) => upgraded.has(name)) ?? target.replacedBy ?? vetting?.replacements?.[0];
  return {
    package: target.package,
    floor: target.floor,
    action: isRemoved ? 'remove' : 'upgrade',
    ...(target.source !== undefined && { source: target.source }),
    ...(replacedBy !== undefined && { replacedBy }),
  };
}

/**
 * Packages beside the targets. A binary of a target counts as one where it is removed and the target is not: then it
 * goes, and what is left of the target is raised.
 */
function companionsOf(
  planned: readonly Target[],
  vetting: readonly VettingTarget[],
  targets: readonly ScriptTarget[],
  upgraded: ReadonlySet<string>,
  removed: ReadonlySet<string>,
): NonNullable<ScriptInput['companions']> {
  const targetNames = new Set(targets.map((target) => target.package));
  const remove = [...removed].filter((name) => !targetNames.has(name));
  const replacements = targets.flatMap(({ replacedBy }) => (replacedBy === undefined ? [] : [replacedBy]));
  const settled = new Set([
    ...targetNames,
    ...replacements,
    ...planned.flatMap(({ source }) => (source === undefined ? [] : [source])),
    ...vetting.flatMap((target) => [target.package, ...(target.binaries ?? []), ...(target.replacements ?? [])]),
    ...remove,
  ]);
  return { upgrade: [...upgraded].filter((name) => !settled.has(name)), remove };
}

function namesIn(operations: readonly Operation[], kind: 'upgrade' | 'remove'): ReadonlySet<string> {
  return new Set(operations.flatMap((item) => (item.kind === kind ? item.packages.map((spec) => spec.name) : [])));
}

function streamsOf(operations: readonly Operation[]): string[] {
  const streams = new Map<string, string>();
  for (const item of operations) {
    if (item.kind === 'module' && item.stream !== undefined) streams.set(item.module, item.stream);
  }
  return [...streams].map(([module, stream]) => `${module}:${stream}`);
}

function releaseOf({ releasever, releaseverFixed }: ScriptPlan, operations: readonly Operation[]): string | undefined {
  if (releasever === undefined || releaseverFixed === true) return releasever;
  const named = operations.flatMap((item) => (item.kind === 'upgrade' ? (item.releasever ?? []) : []));
  return named.find(isDatedRelease) ?? releasever;
}
