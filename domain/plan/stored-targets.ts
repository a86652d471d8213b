import type { Target } from './target';
import type { TargetOutcome } from './target-outcome';

/** Bytes of JSON that targets and their outcomes may take of a PATCH item, which may have 400 KB in all. */
const TARGET_BYTES = 200_000;
const OUTCOME_BYTES = 120_000;
/** Ids that every target keeps before any keeps more: one, then ten, then all. */
const ROUNDS = [1, 10, Number.POSITIVE_INFINITY];

/**
 * Targets as a PATCH item keeps them: where a plan settles more vulnerabilities than fit, some targets keep only the
 * first of theirs and say how many more there are. The proposals in the audit store have them all.
 */
export function storedTargets(targets: readonly Target[]): Target[] {
  const bare = targets.map(({ omitted: _omitted, ...target }) => ({ ...target, vulnerabilities: [] as string[] }));
  let spare = TARGET_BYTES - bytes(bare);
  const keep = (index: number, limit: number): void => {
    const kept = bare[index]?.vulnerabilities ?? [];
    for (const id of targets[index]?.vulnerabilities.slice(kept.length, limit) ?? []) {
      spare -= bytes(id) + 1;
      if (spare < 0) return;
      kept.push(id);
    }
  };
  for (const limit of ROUNDS)
    targets.forEach((_target, index) => {
      keep(index, limit);
    });
  return bare.map((target, index) => {
    const count = (targets[index]?.vulnerabilities.length ?? 0) + (targets[index]?.omitted ?? 0);
    const omitted = count - target.vulnerabilities.length;
    return omitted === 0 ? target : { ...target, omitted };
  });
}

/** Outcomes as a PATCH item keeps them: where they do not fit, the last lose their lists of binaries. The evidence has them all. */
export function storedOutcomes(outcomes: readonly TargetOutcome[]): TargetOutcome[] {
  const bare = outcomes.map((outcome) => ({ ...outcome, binaries: [] }));
  let spare = OUTCOME_BYTES - bytes(bare);
  return bare.map((outcome, index) => {
    const { binaries } = outcomes[index] ?? outcome;
    spare -= bytes(binaries);
    return spare < 0 ? outcome : { ...outcome, binaries };
  });
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
