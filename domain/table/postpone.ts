import type { ChangeRecord, FindingTable } from '../ports';
import { visible } from '../vetting/text';
import { requestReplan } from './head-changes';
import { replanKey } from './keys';
import type { ReplanItem } from './replan-item';
import { isReplanItem } from './replan-item';
import { updateItem } from './update-item';

/**
 * Seconds after which an image is looked at again that could not be looked at: long against the minutes in which what
 * passes by itself has passed, short against the hours in which a policy or an item is mended.
 */
const POSTPONED_SECONDS = 900;
/** Most characters of a reason. */
const WHY_LIMIT = 600;

/**
 * Notes that an image could not be looked at for good, in the item that asks for another look: REPLAN with a not-before.
 * The note's own record wakes nobody ({@link isPostponed}); reconcile-findings does when its time has come, with
 * {@link wakePostponed}, and so does whatever happens to the image before. A note that is due before is left alone.
 * @param seconds after which it is looked at again; a quarter of an hour where nothing is said
 * @throws what the table throws
 */
export async function postponeImage(
  table: FindingTable,
  image: string,
  why: string,
  now: Date,
  seconds = POSTPONED_SECONDS,
): Promise<void> {
  const told = visible(why, WHY_LIMIT);
  const notBefore = new Date(now.getTime() + seconds * 1_000).toISOString();
  await updateItem<ReplanItem>(table, replanKey(image), isReplanItem, (known) => {
    const noted = known?.state === 'REQUESTED' ? known.notBefore : undefined;
    if (noted !== undefined && now.toISOString() < noted && noted <= notBefore) return undefined;
    return { ...replanKey(image), type: 'REPLAN', image, state: 'REQUESTED', why: told, notBefore };
  });
}

/** True where a record is a REPLAN for later: to look at once would be to look for ever. */
export function isPostponed({ newImage }: ChangeRecord, now: Date): boolean {
  const notBefore = newImage?.['type'] === 'REPLAN' ? newImage['notBefore'] : undefined;
  return typeof notBefore === 'string' && now.toISOString() < notBefore;
}

/** Has an image looked at whose REPLAN is due. @returns whether it was */
export async function wakePostponed(table: FindingTable, image: string, now: Date): Promise<boolean> {
  const item = await table.get(replanKey(image));
  const request = item !== undefined && isReplanItem(item) ? item : undefined;
  if (request?.state !== 'REQUESTED' || request.notBefore === undefined) return false;
  if (now.toISOString() < request.notBefore) return false;
  await requestReplan(table, image, request.why);
  return true;
}
