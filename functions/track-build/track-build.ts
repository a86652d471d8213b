import type { GoldenImage } from '../../domain/config/golden-image';
import { setResidual } from '../../domain/table/mark-residual';
import { isAbout } from '../../domain/plan/target-findings';
import type { BuildStatus } from '../../domain/ports';
import { parseResultLines } from '../../domain/script/result-lines';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, patchKey } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { claimedReasons } from './claimed-reasons';
import { makeProveCandidate } from './prove-candidate';
import type { TrackBuildPorts } from './track-build-ports';

/** Where an image's build in flight stands after it was tracked. */
export type TrackBuildResult =
  | { readonly did: 'nothing'; readonly why: 'no-build' | 'building' }
  | {
      readonly did: 'promoted' | 'held' | 'failed';
      readonly patch: PatchItem;
    };

/**
 * Follows an image's build in flight to its end: a failed one gives the lease back with its reason, an available one
 * is proven and promoted or held. Every step can be repeated; a crash between two of them loses nothing.
 */
export function makeTrackBuild(ports: TrackBuildPorts): (image: GoldenImage) => Promise<TrackBuildResult> {
  const prove = makeProveCandidate(ports);
  return async (image) => {
    const { table, builder, clock } = ports;
    const lease = (await readHead(table, image.name))?.lease;
    const item = lease === undefined ? undefined : await table.get(patchKey(image.name, lease.patch));
    if (item === undefined || !isPatchItem(item) || item.buildId === undefined)
      return { did: 'nothing', why: 'no-build' };
    if (item.state === 'CANDIDATE') return await prove(image, item);
    // The patch's last state was written, but not yet the lease's end.
    if (item.state === 'PROMOTED') return await prove(image, item);
    if (item.state === 'HELD' || item.state === 'FAILED') return await endWithoutPromotion(ports, image, item);
    if (item.state !== 'BUILDING') return { did: 'nothing', why: 'no-build' };

    const status = (await builder.get(item.buildId)) ?? LOST;
    switch (status.state) {
      case 'BUILDING':
        return { did: 'nothing', why: 'building' };
      case 'AVAILABLE': {
        const { candidate } = status;
        const moved = await movePatch(table, item, ['BUILDING'], clock(), { state: 'CANDIDATE', candidate });
        return await prove(image, moved ?? item, status.logUri);
      }
      case 'FAILED':
      case 'CANCELLED':
        return await fail(ports, image, item, status);
    }
  };
}

const LOST: BuildStatus = {
  state: 'FAILED',
  reason: 'builder',
  detail: 'the build is not known to the builder any more',
};

async function fail(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  status: Extract<BuildStatus, { state: 'FAILED' | 'CANCELLED' }>,
): Promise<TrackBuildResult> {
  const { table, clock, logger } = ports;
  if (status.reason === 'nothing-improved') await markTargetsResidual(ports, image, patch, status.logUri);
  const failed = await movePatch(table, patch, ['BUILDING'], clock(), {
    state: 'FAILED',
    reason: status.reason,
    detail: status.detail,
  });
  logger.warn('build failed', {
    image: image.name,
    patch: patch.sequence,
    reason: status.reason,
    detail: status.detail,
  });
  return await endWithoutPromotion(ports, image, failed ?? patch);
}

/** Gives the lease back; where the script failed, asks for another attempt. */
async function endWithoutPromotion(
  { table }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const isFailure = patch.state === 'FAILED' && patch.reason === 'script';
  if (isFailure) await requestReplan(table, image.name, `patch ${patch.sequence} failed`);
  await releaseLease(table, image.name, {
    patch: patch.sequence,
    outcome: isFailure ? 'failed' : 'neutral',
    failuresBeforeStop: image.policy.failuresBeforeStop,
  });
  return { did: patch.state === 'HELD' ? 'held' : 'failed', patch };
}

async function markTargetsResidual(
  { table, scripts, clock }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  logUri: string | undefined,
): Promise<void> {
  const log = logUri === undefined ? undefined : await scripts.getAudit(logUri);
  const claimed = claimedReasons(parseResultLines(log ?? ''));
  for (const finding of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(finding) || finding.state !== 'OPEN') continue;
    const target = patch.targets.find((candidate) => isAbout(candidate, finding.package));
    if (target === undefined) continue;
    await setResidual(table, finding, claimed.get(target.package) ?? 'below-floor', clock());
  }
}
