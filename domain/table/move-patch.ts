import type { FindingTable } from '../ports';
import type { PatchItem, PatchState } from './patch-item';
import { isPatchItem } from './patch-item';
import { updateItem } from './update-item';

/** What changes with a patch's state. */
export interface PatchMove extends Partial<
  Pick<
    PatchItem,
    | 'reason'
    | 'detail'
    | 'buildId'
    | 'candidate'
    | 'outcomes'
    | 'violations'
    | 'buildLogUri'
    | 'evidenceUri'
    | 'approval'
    | 'promotion'
    | 'rolledBack'
  >
> {
  readonly state: PatchState;
}

/**
 * Moves a patch to another state, where it is in one of those that the move starts from.
 * @returns the patch as it is then; undefined where it was in none of those states, or is gone
 */
export async function movePatch(
  table: FindingTable,
  patch: Pick<PatchItem, 'pk' | 'sk'>,
  from: readonly PatchState[],
  now: Date,
  move: PatchMove,
): Promise<PatchItem | undefined> {
  const { item, written } = await updateItem<PatchItem>(table, { pk: patch.pk, sk: patch.sk }, isPatchItem, (known) =>
    known !== undefined && from.includes(known.state)
      ? {
          ...known,
          ...move,
          stateSince: now.toISOString(),
          times: { ...known.times, [known.state]: known.stateSince, [move.state]: now.toISOString() },
        }
      : undefined,
  );
  return written ? item : undefined;
}
