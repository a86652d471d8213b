import type { Target } from './target';

/** Vulnerability ids that a PATCH item keeps over all its targets: about half of the 400 KB that an item may have. */
const KEPT_IDS = 12_000;
/** Ids that every target keeps at least. */
const KEPT_OF_EACH = 10;

/**
 * Targets as a PATCH item keeps them: where a plan settles more vulnerabilities than fit into an item, some targets keep
 * only the first of theirs and say how many more there are. The proposals in the audit store have them all.
 */
export function storedTargets(targets: readonly Target[]): Target[] {
  let spare = Math.max(0, KEPT_IDS - KEPT_OF_EACH * targets.length);
  return targets.map((target) => {
    const count = target.vulnerabilities.length + (target.omitted ?? 0);
    const kept = target.vulnerabilities.slice(0, KEPT_OF_EACH + spare);
    spare -= Math.max(0, kept.length - KEPT_OF_EACH);
    const { omitted: _omitted, ...rest } = target;
    return kept.length === count ? rest : { ...rest, vulnerabilities: kept, omitted: count - kept.length };
  });
}
