import type { ScriptStore } from '../../domain/ports';
import type { ClaimedReasons } from '../../domain/proof/judge-targets';
import type { ScriptReport } from '../../domain/script/result-lines';
import { parseResultLines } from '../../domain/script/result-lines';
import type { PatchItem } from '../../domain/table/patch-item';

/** What the script said in the log of a patch's build; nothing where there is no log. */
export async function readScriptReport(
  scripts: ScriptStore,
  { buildLogUri }: Pick<PatchItem, 'buildLogUri'>,
): Promise<ScriptReport> {
  const log = buildLogUri === undefined ? undefined : await scripts.getAudit(buildLogUri);
  return parseResultLines(log ?? '');
}

/** The reasons that the script gave for missed floors, by package: a hint for people, never the proof. */
export function claimedReasons({ results }: ScriptReport): ClaimedReasons {
  return new Map(
    results.flatMap((result) => (result.reason === undefined ? [] : [[result.package, result.reason] as const])),
  );
}
