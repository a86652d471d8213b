import type { HeadItem } from '../table/head-item';
import type { PatchItem } from '../table/patch-item';

/**
 * True while a candidate is proven and promoted, and until every finding is judged on the image that is promoted: they are
 * judged one after the other, and HEAD is not there yet, or was quicker. What they ask for then is neither what they did nor
 * what they will; whoever is at it asks for another look when it is over.
 */
export function isBeingProven(
  head: Pick<HeadItem, 'lease' | 'moving' | 'promoted' | 'judged'> | undefined,
  patches: readonly Pick<PatchItem, 'state' | 'sequence'>[],
): boolean {
  if (head === undefined) return false;
  const { lease, moving, promoted, judged } = head;
  if (moving !== undefined) return true;
  if (patches.some(({ state, sequence }) => state === 'CANDIDATE' && sequence === lease?.patch)) return true;
  return promoted !== undefined && judged !== undefined && judged !== promoted.digest;
}
