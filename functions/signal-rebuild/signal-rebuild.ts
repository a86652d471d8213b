import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, Logger, RebuildSignal } from '../../domain/ports';
import { updateHead } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { releaseLease } from '../../domain/table/release-lease';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
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
  | { readonly did: 'signaled'; readonly patch: PatchItem }
  | { readonly did: 'nothing'; readonly why: 'nothing-ready' | 'busy' | 'stopped' | 'budget-spent' | 'superseded' };

/**
 * Takes an image's lease for its newest READY patch and sets the image's parameter. Safe to repeat at any point: a lease
 * that is already this patch's is carried on with, so a crash between lease, parameter and SIGNALED loses nothing.
 */
export function makeSignalRebuild(ports: SignalRebuildPorts): (image: GoldenImage) => Promise<SignalRebuildResult> {
  const { table, signal, clock, logger } = ports;
  return async (image) => {
    const patches = (await table.query(imagePartition(image.name), PATCH_PREFIX)).filter(isPatchItem);
    const newest = patches.at(-1);
    if (newest?.state !== 'READY') return { did: 'nothing', why: 'nothing-ready' };
    const refusal = await takeLease(ports, image, newest);
    if (refusal !== undefined) {
      logger.info('rebuild is not signaled', { image: image.name, patch: newest.sequence, why: refusal });
      return { did: 'nothing', why: refusal };
    }
    await signal.put(image.name, newest.scriptUri);
    const signaled = await movePatch(table, newest, ['READY'], clock(), { state: 'SIGNALED' });
    if (signaled === undefined) {
      // A newer plan took its place meanwhile: it must not keep the lease that its successor needs.
      await releaseLease(table, image.name, { patch: newest.sequence, outcome: 'neutral' });
      return { did: 'nothing', why: 'superseded' };
    }
    logger.info('rebuild signaled', { image: image.name, patch: newest.sequence, patchId: newest.patchId });
    return { did: 'signaled', patch: signaled };
  };
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
  const isSpent = head.builds.day === now.toISOString().slice(0, 10) && head.builds.count >= image.policy.buildsPerDay;
  return isSpent ? 'budget-spent' : undefined;
}
