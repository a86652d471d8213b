import type { GoldenImage } from '../../domain/config/golden-image';
import { tell } from '../../domain/notice/tell';
import { builderDelaySeconds } from '../../domain/plan/builder-delay';
import { failingSince, isFailedBuild, stopsImage } from '../../domain/plan/failed-builds';
import { isAvoidable } from '../../domain/plan/next-attempt';
import { aimsAt, isAbout } from '../../domain/plan/target-findings';
import type { BuildStatus, FindingTable } from '../../domain/ports';
import type { ResidualReason } from '../../domain/script/result-line';
import { parseResultLines } from '../../domain/script/result-lines';
import { isFindingItem, judgedFloor } from '../../domain/table/finding-item';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { setResidual } from '../../domain/table/mark-residual';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { postponeImage } from '../../domain/table/postpone';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/** Seconds after which a build that never ran to its end is asked for again, the first time. */
const NOT_BUILT_SECONDS = 900;

/** Notes that a build came to nothing, and gives the lease back. */
export async function endFailed(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  status: Omit<Extract<BuildStatus, { state: 'FAILED' | 'CANCELLED' }>, 'state'>,
): Promise<TrackBuildResult> {
  const { reason, detail, logUri } = status;
  ports.logger.warn('build failed', { image: image.name, patch: patch.sequence, reason, detail });
  const isFinal = reason === 'nothing-improved' && !isAvoidable({ ...patch, state: 'FAILED', reason });
  if (isFinal) await markTargetsResidual(ports, image, patch, logUri);
  const failed = await movePatch(ports.table, patch, ['BUILDING', 'CANDIDATE'], ports.clock(), {
    state: 'FAILED',
    reason,
    detail,
    ...(logUri !== undefined && { buildLogUri: logUri }),
  });
  // Another delivery was quicker, and ends it.
  if (failed === undefined) return { did: 'nothing', why: 'no-build' };
  ports.metrics?.count('BuildsFailed', 1, reason);
  return await giveBack(ports, image, failed);
}

/**
 * Gives the lease of a failed patch back. Where its script failed, another attempt is asked for; where the builder did,
 * the same later. Both count towards the breaker, where nobody watches the builds, and the builder's only when it has failed for
 * a day: when it stops the image, people are told, and nobody but a person
 * (`retry`) has a build asked for again.
 */
export async function giveBack(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const { table, clock } = ports;
  const isFailure = isFailedBuild(patch) && !(patch.reason === 'builder' && ports.isAttended === true);
  const failures = isFailure ? await failuresWith(table, image, patch) : 0;
  const limit = image.policy.failuresBeforeStop;
  const patches = await patchesOf(table, image);
  const stops = stopsImage(patches, patch, { failures, limit, now: clock() });
  if (patch.reason === 'script' || isAvoidable(patch))
    await requestReplan(table, image.name, `patch ${patch.sequence} failed`);
  // Nothing was learned of the patch itself: the same findings ask for another try, but not at once and again and again.
  else if (patch.reason === 'builder' && !stops) {
    const why = `patch ${patch.sequence} was not built: ${patch.detail ?? ''}`;
    const delay = builderDelaySeconds(patches, NOT_BUILT_SECONDS);
    await postponeImage(table, image.name, why, clock(), delay);
    ports.metrics?.count('ImagesPostponed', 1, 'builder');
  }
  if (stops) await tellOfStop(ports, image, patch, failures);
  await releaseLease(
    table,
    image.name,
    isFailure ? { patch: patch.sequence, outcome: 'failed', stops } : { patch: patch.sequence, outcome: 'neutral' },
  );
  return { did: 'failed', patch };
}

async function patchesOf(table: FindingTable, image: GoldenImage): Promise<PatchItem[]> {
  return (await table.query(imagePartition(image.name), PATCH_PREFIX)).filter(isPatchItem);
}

/** Failures in a row with this one, which is counted when its lease is given back; 0 where the lease is another's by now. */
async function failuresWith(table: FindingTable, image: GoldenImage, patch: PatchItem): Promise<number> {
  const head = await readHead(table, image.name);
  return head?.lease?.patch === patch.sequence ? head.failures + 1 : 0;
}

/** Tells people, before the lease is given back, that this failure is the one that stops the image. */
async function tellOfStop(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  failures: number,
): Promise<void> {
  await tell(ports, {
    kind: 'stopped',
    ...{ image: image.name, repository: image.repository, patch: patch.sequence, patchId: patch.patchId },
    failures,
    since: failingSince(await patchesOf(ports.table, image), failures) ?? patch.stateSince,
    reason: patch.reason === 'builder' ? 'builder' : 'script',
    detail: patch.detail ?? '',
  });
}

/** Nothing was built, so nothing is proven: the script's word is taken for why each target stays as it is. */
async function markTargetsResidual(
  { table, scripts, clock }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  logUri: string | undefined,
): Promise<void> {
  const log = logUri === undefined ? undefined : await scripts.getAudit(logUri);
  const said = new Map(parseResultLines(log ?? '').results.map((result) => [result.package, result]));
  for (const finding of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(finding) || finding.state !== 'OPEN') continue;
    const target = patch.targets.find((candidate) => isAbout(candidate, finding.package));
    const result = said.get(target?.package ?? '');
    const fallback: ResidualReason = result === undefined ? 'below-floor' : 'nothing-improved';
    if (target !== undefined && aimsAt(target, judgedFloor(finding)))
      await setResidual(table, finding, result?.reason ?? fallback, clock());
  }
}
