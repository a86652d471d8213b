import type { HeadItem } from '../table/head-item';
import type { PatchItem } from '../table/patch-item';
import { LIVE_PATCH_STATES } from '../table/patch-item';
import type { SeenParent } from '../table/reconcile-item';
import { heldDelayHours } from '../plan/held-delay';
import type { ParentDigest } from './parent-digest';

const HOUR = 3_600_000;
const DAY_HOURS = 24;

/**
 * What is to be remembered of an image's parent, now that it has a digest. A list of manifests that is another one, and has the
 * same image for the architecture, is no change of the parent.
 * @returns `known` itself where all is the same
 */
export function seeParent(known: SeenParent | undefined, { digest, list }: ParentDigest, now: Date): SeenParent {
  if (known?.digest === digest && known.list === list) return known;
  const since = known?.digest === digest ? known.since : known && now.toISOString();
  return { digest, ...(list !== undefined && { list }), ...(since !== undefined && { since }) };
}

/**
 * True where the promoted image was built from an older parent than there is, and nothing is under way or was just tried.
 * Every build starts from the parent, so that any that began after the change has it.
 */
export function needsNewParent(
  head: HeadItem | undefined,
  patches: readonly PatchItem[],
  parent: SeenParent,
  now: Date,
): boolean {
  const { promoted } = head ?? {};
  const { since } = parent;
  if (promoted?.patch === undefined || since === undefined) return false;
  const begun = patches.filter((patch) => beganAt(patch) >= since);
  // A patch that was held is tried again for its findings' sake; a rebuild for the parent's.
  const isDone = ({ state, rebuild }: PatchItem): boolean =>
    state === 'PROMOTED' || state === 'ROLLED_BACK' || (state === 'HELD' && rebuild !== true);
  if (begun.some(isDone)) return false;
  return isFreeToBuild(head, patches, now);
}

/**
 * True where a build that no finding asks for may be asked for: the breaker is closed, no patch is live, and the last
 * that came to nothing did so a day ago; longer, where one after the other is held. What a person has started over does not
 * count.
 */
export function isFreeToBuild(head: HeadItem | undefined, patches: readonly PatchItem[], now: Date): boolean {
  if (head?.state === 'STOPPED' || head?.lease !== undefined) return false;
  if (patches.some(({ state }) => LIVE_PATCH_STATES.has(state))) return false;
  const rebuilds = patches.filter(({ rebuild }) => rebuild === true);
  const last = rebuilds.at(-1);
  if (last === undefined || (last.state === 'SUPERSEDED' && last.reason === 'retry')) return true;
  const hours = last.state === 'HELD' ? heldDelayHours(rebuilds, DAY_HOURS) : DAY_HOURS;
  return now.getTime() - Date.parse(last.stateSince) >= hours * HOUR;
}

/** ISO 8601; when a patch's build began, as far as that is known; empty where none did. */
function beganAt({ times, state, stateSince }: PatchItem): string {
  return times?.BUILDING ?? (state === 'PROMOTED' ? stateSince : '');
}
