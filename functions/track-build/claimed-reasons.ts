import type { ClaimedReasons } from '../../domain/proof/judge-targets';
import type { ParsedResultLines } from '../../domain/script/result-lines';

/** The reasons that a script gave for missed floors, by package. */
export function claimedReasons({ results }: ParsedResultLines): ClaimedReasons {
  return new Map(
    results.flatMap((result) => (result.reason === undefined ? [] : [[result.package, result.reason] as const])),
  );
}
