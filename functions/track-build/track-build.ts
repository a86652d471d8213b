import type { GoldenImage } from '../../domain/config/golden-image';
import type { BuildStatus } from '../../domain/ports';
import { noteBuilt, readHead } from '../../domain/table/head-changes';
import { patchKey } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import { isPatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { endFailed, giveBack } from './end-failed';
import { finishPromotion } from './finish-promotion';
import { giveBackHeld } from './give-back-held';
import { judgeOn } from './judge-on';
import { makeProveCandidate } from './prove-candidate';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

const LOST: BuildStatus = {
  state: 'FAILED',
  reason: 'builder',
  detail: 'the build is not known to the builder any more',
};

/**
 * Follows an image's build in flight to its end: a failed one gives the lease back with its reason, an available one
 * is proven and promoted or held. Every step can be repeated; a crash between two of them loses nothing, and a lease
 * whose patch is over is always given back.
 */
export function makeTrackBuild(ports: TrackBuildPorts): (image: GoldenImage) => Promise<TrackBuildResult> {
  const { table, builder, clock } = ports;
  const prove = makeProveCandidate(ports);
  return async (image) => {
    const { lease, promoted, judged } = (await readHead(table, image.name)) ?? {};
    if (lease === undefined) {
      if (promoted?.patch === undefined || judged === undefined || judged === promoted.digest)
        return { did: 'nothing', why: 'no-build' };
      // A promotion that was cut off at its very end.
      await judgeOn(ports, image, promoted.digest);
      const ended = await table.get(patchKey(image.name, promoted.patch));
      return ended !== undefined && isPatchItem(ended)
        ? { did: 'promoted', patch: ended }
        : { did: 'nothing', why: 'no-build' };
    }
    const patch = await table.get(patchKey(image.name, lease.patch));
    if (patch === undefined || !isPatchItem(patch)) {
      await releaseLease(table, image.name, { patch: lease.patch, outcome: 'neutral' });
      return { did: 'nothing', why: 'no-build' };
    }
    switch (patch.state) {
      case 'OBSERVED':
      case 'AWAITING_APPROVAL':
      case 'READY':
      case 'SIGNALED':
        return { did: 'nothing', why: 'no-build' };
      case 'BUILDING': {
        const status = (await builder.get(patch.buildId ?? '')) ?? LOST;
        if (status.state === 'BUILDING') return { did: 'nothing', why: 'building' };
        if (status.state !== 'AVAILABLE') return await endFailed(ports, image, patch, status);
        await noteBuilt(table, image.name, status.candidate.digest);
        const moved = await movePatch(table, patch, ['BUILDING'], clock(), {
          state: 'CANDIDATE',
          candidate: status.candidate,
          ...(status.logUri !== undefined && { buildLogUri: status.logUri }),
        });
        // Another delivery was quicker, and goes on with it.
        return moved === undefined ? { did: 'nothing', why: 'no-build' } : await prove(image, moved);
      }
      // What follows are states that were written before the lease was given back.
      case 'CANDIDATE':
        return await prove(image, patch);
      case 'PROMOTED':
        return await finishPromotion(ports, image, patch);
      case 'FAILED':
        return await giveBack(ports, image, patch);
      case 'HELD':
        return await giveBackHeld(ports, image, patch);
      case 'REJECTED':
      case 'EXPIRED':
      case 'SUPERSEDED':
      case 'ROLLED_BACK':
        await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
        return { did: 'held', patch };
    }
  };
}
