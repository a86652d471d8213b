import type { ClaimedReasons } from '../../domain/proof/judge-targets';
import type { ScriptReport } from '../../domain/script/result-lines';

/** The reasons that a script gave for missed floors, by package. */
export function claimedReasons({ results }: ScriptReport): ClaimedReasons {
  return new Map(
    results.flatMap((result) => (result.reason === undefined ? [] : [[result.package, result.reason] as const])),
  );
}
