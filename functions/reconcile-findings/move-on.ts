import type { GoldenImage } from '../../domain/config/golden-image';
import { isBeingProven } from '../../domain/plan/being-proven';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { countSignal } from '../signal-rebuild/count-signal';
import { countStart } from '../start-build/count-start';
import { readStand } from './image-facts';
import type { Actions, ReconcilePorts } from './reconcile-ports';

/** Seconds after which the event of a changed parameter counts as lost. */
const SIGNAL_SECONDS = 15 * 60;

/**
 * Moves on what waits for an event that does not come: a signal that started nothing, a build whose end was not heard of,
 * a patch whose stream record was lost. A lease is given back by the use cases it is asked of, which know that no build
 * runs; never for its age.
 */
export async function moveOn(ports: ReconcilePorts, image: GoldenImage): Promise<Actions> {
  const { table, useCases, gatherSeconds } = ports;
  const { head, patches } = await readStand(table, image);
  const lease = head?.lease;
  const stranded = await endStranded(ports, image, patches);
  if (stranded !== undefined) return stranded;
  if (lease !== undefined) {
    const patch = patches.find(({ sequence }) => sequence === lease.patch);
    if (patch?.state === 'READY') return isOlder(ports, lease.since, gatherSeconds) ? await signal(ports, image) : {};
    if (patch?.state === 'SIGNALED')
      return isOlder(ports, patch.stateSince, SIGNAL_SECONDS) ? await start(ports, image, patch) : {};
    return { 'build-tracked': (await useCases.trackBuild(image)).did === 'nothing' ? 0 : 1 };
  }
  // A promotion that was cut off before every finding was judged on its image.
  if (isBeingProven(head, patches)) {
    await useCases.trackBuild(image);
    return { 'build-tracked': 1 };
  }
  const newest = patches.filter(({ state }) => state !== 'SUPERSEDED').at(-1);
  if (newest?.state !== 'READY' || head?.state === 'STOPPED') return {};
  return isOlder(ports, newest.stateSince, gatherSeconds) ? await signal(ports, image) : {};
}

/**
 * Ends what is SIGNALED without the lease. That is never on its way: the lease is taken first, and no build starts without
 * it, so nothing was begun, nothing comes back to it, and meanwhile it would pass for a build in flight.
 * @returns undefined where there is no such patch
 */
async function endStranded(
  { table, clock, logger }: ReconcilePorts,
  image: GoldenImage,
  patches: readonly PatchItem[],
): Promise<Actions | undefined> {
  const signaled = patches.filter(({ state }) => state === 'SIGNALED');
  if (signaled.length === 0) return undefined;
  // Read after the patches: what was SIGNALED by then has had its lease by then.
  const owner = (await readHead(table, image.name))?.lease?.patch;
  let ended = 0;
  for (const { pk, sk, sequence } of signaled.filter((patch) => patch.sequence !== owner)) {
    const detail = 'it was signaled, and its lease was given back before a build was started';
    const move = { state: 'SUPERSEDED', reason: 'lease-lost', detail } as const;
    if ((await movePatch(table, { pk, sk }, ['SIGNALED'], clock(), move)) === undefined) continue;
    ended++;
    logger.warn('a signaled patch without a lease is ended', { image: image.name, patch: sequence });
    await requestReplan(table, image.name, `patch ${sequence} was taken back: ${detail}`);
  }
  return ended === 0 ? undefined : { 'replan-requested': 1 };
}

async function signal({ useCases, metrics }: ReconcilePorts, image: GoldenImage): Promise<Actions> {
  const result = await useCases.signalRebuild(image);
  if (metrics !== undefined) countSignal(metrics, result);
  return { 'rebuild-signaled': result.did === 'nothing' ? 0 : 1 };
}

/** Starts the build that was signaled; one that is refused is counted and told of in the log. Where the parameter does not say so any more, it is set again: that is an event, too. */
async function start(
  { useCases, signal: parameter, metrics, logger }: ReconcilePorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<Actions> {
  const result = await useCases.startBuild(image);
  if (metrics !== undefined) countStart(metrics, result);
  if (result.did === 'started') return { 'build-started': 1 };
  if (result.did === 'refused') {
    logger.error('build is refused', { patch: patch.sequence, detail: result.patch.detail, error: result.error });
    return { 'build-refused': 1 };
  }
  const { why } = result;
  if (why !== 'no-signal' && why !== 'signal-unfinished' && why !== 'other-script') return {};
  logger.warn('the parameter does not name the script of the lease: it is set again', {
    image: image.name,
    patch: patch.sequence,
    why,
  });
  await parameter.put(image.name, patch.scriptUri);
  return { 'signal-repeated': 1 };
}

function isOlder({ clock }: ReconcilePorts, since: string, seconds: number): boolean {
  return clock().getTime() - Date.parse(since) > seconds * 1000;
}
