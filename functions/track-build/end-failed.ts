import type { GoldenImage } from '../../domain/config/golden-image';
import { isAvoidable } from '../../domain/plan/next-attempt';
import { isAbout } from '../../domain/plan/target-findings';
import type { BuildStatus } from '../../domain/ports';
import type { ResidualReason } from '../../domain/script/result-line';
import { parseResultLines } from '../../domain/script/result-lines';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import { setResidual } from '../../domain/table/mark-residual';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

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
  return await giveBack(ports, image, failed ?? patch);
}

/** Gives the lease of a failed patch back; where its script failed, asks for another attempt. */
export async function giveBack(
  { table }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const isFailure = patch.reason === 'script';
  if (isFailure || isAvoidable(patch)) await requestReplan(table, image.name, `patch ${patch.sequence} failed`);
  await releaseLease(
    table,
    image.name,
    isFailure
      ? { patch: patch.sequence, outcome: 'failed', failuresBeforeStop: image.policy.failuresBeforeStop }
      : { patch: patch.sequence, outcome: 'neutral' },
  );
  return { did: 'failed', patch };
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
    if (target !== undefined) await setResidual(table, finding, result?.reason ?? fallback, clock());
  }
}
