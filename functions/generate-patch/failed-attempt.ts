import { failureContext } from '../../domain/author/failure-context';
import type { FailedAttempt } from '../../domain/author/patch-request';
import type { ScriptStore } from '../../domain/ports';
import type { PatchItem } from '../../domain/table/patch-item';

/** What the next attempt can learn from one that failed: the telling part of its log, or what its candidate broke. */
export async function describeFailure(scripts: ScriptStore, failed: PatchItem): Promise<FailedAttempt> {
  const log =
    failed.state === 'HELD' || failed.buildLogUri === undefined
      ? undefined
      : await scripts.getAudit(failed.buildLogUri);
  return {
    attempt: failed.attempt,
    author: failed.author,
    reason: failed.reason ?? failed.state.toLowerCase(),
    log: failureContext(log ?? failed.detail ?? ''),
  };
}
