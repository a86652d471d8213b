import type { GoldenImage } from '../../domain/config/golden-image';
import { isAvoidable } from '../../domain/plan/next-attempt';
import { storedOutcomes } from '../../domain/plan/stored-targets';
import { isFindingItem } from '../../domain/table/finding-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import { setResidual } from '../../domain/table/mark-residual';
import type { PatchMove } from '../../domain/table/move-patch';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { evidence } from './evidence';
import { giveBackHeld } from './give-back-held';
import type { Proof } from './gather-proof';
import { gatherProof } from './gather-proof';
import { promote, residualReasons } from './promote';
import { endFailed } from './end-failed';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';

/**
 * Proves a candidate from the outside, its package database and its configuration against those of the image that it is
 * to replace, then promotes or holds it.
 */
export function makeProveCandidate(
  ports: TrackBuildPorts,
): (image: GoldenImage, patch: PatchItem) => Promise<TrackBuildResult> {
  return async (image, patch) => {
    const proof = await gatherProof(ports, image, patch);
    if (proof === undefined)
      return await endFailed(ports, image, patch, {
        reason: 'builder',
        detail: `the candidate ${patch.candidate?.reference ?? ''} is gone, or was replaced, before its proof`,
      });
    const evidenceUri = await ports.scripts.putAudit(
      image.name,
      `${patch.patchId}.evidence.json`,
      evidence(image, patch, proof),
    );
    const why = patch.state === 'PROMOTED' ? undefined : reasonToHold(proof);
    if (why === undefined) return { did: 'promoted', patch: await promote(ports, image, patch, proof, evidenceUri) };
    const isFinal = why.reason === 'nothing-improved' && !isAvoidable({ ...patch, ...why, state: 'HELD' });
    if (isFinal) await markResiduals(ports, image, patch, proof);
    const { violations } = proof;
    const outcomes = storedOutcomes(proof.outcomes);
    return await hold(ports, image, patch, { ...why, outcomes, violations, evidenceUri });
  };
}

function reasonToHold({ violations, regressions, outcomes, isFirst }: Proof): Omit<PatchMove, 'state'> | undefined {
  if (violations.length > 0) return { reason: 'contract-broken', detail: violations.join('; ') };
  if (regressions.length > 0) return { reason: 'worse', detail: regressions.join('; ') };
  const fixed = outcomes.some((outcome) => outcome.result === 'fixed');
  const residual = outcomes.some((outcome) => outcome.result === 'residual');
  // Without a residual every floor is met; against the scanned image that is an improvement, against a promoted one none.
  if (fixed || (isFirst && !residual)) return undefined;
  return { reason: 'nothing-improved', detail: 'no target got from below its floor to it' };
}

async function hold(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  why: Omit<PatchMove, 'state'>,
): Promise<TrackBuildResult> {
  const { table, clock, logger } = ports;
  const held = await movePatch(table, patch, ['CANDIDATE'], clock(), { ...why, state: 'HELD' });
  logger.warn('candidate held', { image: image.name, patch: patch.sequence, reason: why.reason, detail: why.detail });
  return await giveBackHeld(ports, image, held ?? patch);
}

async function markResiduals(
  { table, clock }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof,
): Promise<void> {
  const reasonOf = residualReasons(patch, proof);
  for (const finding of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    const reason = isFindingItem(finding) ? reasonOf(finding.package) : undefined;
    if (isFindingItem(finding) && reason !== undefined) await setResidual(table, finding, reason, clock());
  }
}
