import { ConditionFailedError } from '../../domain/errors';
import type { Finding } from '../../domain/finding/finding';
import type { FindingTable } from '../../domain/ports';
import { supersedes, toObservation } from '../../domain/table/fold-observation';
import { unattributedKey } from '../../domain/table/keys';
import { isUnattributedItem } from '../../domain/table/unattributed-item';

/** Deletes the note that a finding is nobody's, now that it is somebody's; not where a newer one is about another digest. */
export async function forgetUnattributed(table: FindingTable, fact: Finding): Promise<void> {
  const key = unattributedKey(fact);
  const known = await table.get(key);
  if (known === undefined || !isUnattributedItem(known)) return;
  if (known.digest !== fact.digest && supersedes(known.observation, toObservation(fact))) return;
  try {
    await table.delete(key, known.version);
  } catch (error) {
    // Somebody has just noted something newer there: it goes with that one's turn, or by its expiry.
    if (!(error instanceof ConditionFailedError)) throw error;
  }
}
