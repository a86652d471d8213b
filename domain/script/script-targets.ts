import type { Target } from '../plan/target';
import type { VettingResult } from '../vetting/operations';
import type { ScriptTarget } from './script-input';

/**
 * Turns a plan and the vetted operations into what the script works on. Every target of the plan gets in: those that
 * the operations leave out are completed by rules, so that no author can drop one.
 */
export function scriptTargets(targets: readonly Target[], vetted: VettingResult): ScriptTarget[] {
  const removed = new Set(
    vetted.operations.flatMap((operation) =>
      operation.kind === 'remove' ? operation.packages.map((pkg) => pkg.name) : [],
    ),
  );
  return targets.map((target) => ({
    package: target.package,
    floor: target.floor,
    action: removed.has(target.package) ? 'remove' : 'upgrade',
    ...(target.source !== undefined && { source: target.source }),
  }));
}
