import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, Logger, RebuildSignal } from '../../domain/ports';
import { isBeingProven } from '../../domain/plan/being-proven';
import { isStale, promotedPatch, wantedPlan } from '../../domain/plan/wanted-plan';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan, updateHead } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { isHeadItem } from '../../domain/table/head-item';
import type { TableItem } from '../../domain/table/items';
import { imagePartition } from '../../domain/table/keys';
import { releaseLease } from '../../domain/table/release-lease';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem, PatchState } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';

/** What signal-rebuild works with. */
export interface SignalRebuildPorts {
  readonly table: FindingTable;
  readonly signal: RebuildSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What signal-rebuild did for an image, and why. */
export type SignalRebuildResult =
  { readonly did: 'signaled'; readonly patch: PatchItem } | { readonly did: 'nothing'; readonly why: SignalRefusal };

/**
 * Why nothing was signaled. `plan-changed`: the patch does what no finding asks for any more, and was taken back;
 * generate-patch is asked. `signaled`: another run has just done so.
 */
export type SignalRefusal =
  'nothing-ready' | 'plan-changed' | 'busy' | 'stopped' | 'budget-spent' | 'superseded' | 'signaled';

/** States of a patch that was taken back before anything was started for it. */
const NEVER_BEGUN: ReadonlySet<PatchState> = new Set(['SUPERSEDED', 'REJECTED', 'EXPIRED']);

/**
 * Takes an image's lease for its newest READY patch and sets the image's parameter. A patch that does what no finding asks
 * for any more is not signaled, also where generate-patch has not come to take it back yet. Safe to repeat at any point:
 * a lease that is already this patch's is carried on with, so a crash between lease, parameter and SIGNALED loses nothing.
 */
export function makeSignalRebuild(ports: SignalRebuildPorts): (image: GoldenImage) => Promise<SignalRebuildResult> {
  const { table, signal, clock, logger } = ports;
  return async (image) => {
    const items = await table.query(imagePartition(image.name));
    const head = await giveBackUnused(table, image, items);
    const newest = items
      .filter(isPatchItem)
      .filter(({ state }) => state !== 'SUPERSEDED')
      .at(-1);
    if (newest?.state !== 'READY') return { did: 'nothing', why: 'nothing-ready' };
    // What is wanted is not known before; HEAD wakes this again when it is.
    if (isBeingProven(head, items.filter(isPatchItem))) return { did: 'nothing', why: 'busy' };
    const early =
      head === undefined || head.lease?.patch === newest.sequence ? undefined : whyNot(head, image, clock());
    const unwanted = early === undefined ? whyUnwanted(image, items, newest) : undefined;
    if (unwanted !== undefined) return await takeBack(ports, image, newest, unwanted);
    const refusal = early ?? (await takeLease(ports, image, newest));
    if (refusal !== undefined) {
      logger.info('rebuild is not signaled', { image: image.name, patch: newest.sequence, why: refusal });
      return { did: 'nothing', why: refusal };
    }
    await signal.put(image.name, newest.scriptUri);
    const signaled = await movePatch(table, newest, ['READY'], clock(), { state: 'SIGNALED' });
    if (signaled === undefined) return await quickerThan(ports, image, newest);
    logger.info('rebuild signaled', { image: image.name, patch: newest.sequence, patchId: newest.patchId });
    return { did: 'signaled', patch: signaled };
  };
}

/**
 * Gives a lease back whose patch was taken back after the lease was taken and before it was SIGNALED, by a crash between.
 * @returns HEAD as it is then
 */
async function giveBackUnused(
  table: FindingTable,
  image: GoldenImage,
  items: readonly TableItem[],
): Promise<HeadItem | undefined> {
  const head = items.find(isHeadItem);
  const patch = items.filter(isPatchItem).find(({ sequence }) => sequence === head?.lease?.patch);
  if (patch === undefined || !NEVER_BEGUN.has(patch.state)) return head;
  return await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'unused' });
}

/**
 * Takes a patch back that nobody asks for any more, and then the lease, where it has it. In this order: what was read may be
 * old, and another run may have signaled the patch since, whose build needs the lease.
 */
async function takeBack(
  ports: SignalRebuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  reason: 'nothing-open' | 'plan-changed',
): Promise<Extract<SignalRebuildResult, { did: 'nothing' }>> {
  const { table, clock } = ports;
  const detail = 'it does what no finding asks for any more';
  const taken = await movePatch(table, patch, ['READY'], clock(), { state: 'SUPERSEDED', reason, detail });
  if (taken === undefined) return await quickerThan(ports, image, patch);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'unused' });
  await requestReplan(table, image.name, `patch ${patch.sequence} was taken back: ${detail}`);
  return { did: 'nothing', why: 'plan-changed' };
}

/** What to do where a patch that was READY is so no more. */
async function quickerThan(
  { table }: SignalRebuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<Extract<SignalRebuildResult, { did: 'nothing' }>> {
  const now = await table.get(patch);
  // Another run was quicker with the same patch, and its build needs the lease.
  if (now !== undefined && isPatchItem(now) && !NEVER_BEGUN.has(now.state)) return { did: 'nothing', why: 'signaled' };
  // A newer plan took its place meanwhile: it must not keep the lease that its successor needs.
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'unused' });
  return { did: 'nothing', why: 'superseded' };
}

/** The reason for which generate-patch would take a patch back; undefined where it is asked for. */
function whyUnwanted(
  image: GoldenImage,
  items: readonly TableItem[],
  patch: PatchItem,
): 'nothing-open' | 'plan-changed' | undefined {
  const promoted = promotedPatch(items.find(isHeadItem), items.filter(isPatchItem));
  const wanted = wantedPlan(image, items.filter(isFindingItem), promoted);
  if (!isStale(patch, wanted)) return undefined;
  return wanted === undefined ? 'nothing-open' : 'plan-changed';
}

async function takeLease(
  { table, clock }: SignalRebuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<'busy' | 'stopped' | 'budget-spent' | undefined> {
  const now = clock();
  let refusal: ReturnType<typeof whyNot>;
  await updateHead(table, image.name, (head) => {
    refusal = head.lease?.patch === patch.sequence ? undefined : whyNot(head, image, now);
    if (refusal !== undefined || head.lease?.patch === patch.sequence) return undefined;
    const day = now.toISOString().slice(0, 10);
    return {
      ...head,
      state: 'BUSY',
      sequence: Math.max(head.sequence, patch.sequence),
      lease: { patch: patch.sequence, since: now.toISOString() },
      builds: { day, count: head.builds.day === day ? head.builds.count + 1 : 1 },
    };
  });
  return refusal;
}

function whyNot(
  head: Pick<HeadItem, 'state' | 'builds'>,
  image: GoldenImage,
  now: Date,
): 'busy' | 'stopped' | 'budget-spent' | undefined {
  if (head.state === 'STOPPED') return 'stopped';
  if (head.state === 'BUSY') return 'busy';
  const today = head.builds.day === now.toISOString().slice(0, 10) ? head.builds.count : 0;
  return today >= image.policy.buildsPerDay ? 'budget-spent' : undefined;
}
