import type { GoldenImage } from '../../domain/config/golden-image';
import { isAvoidable } from '../../domain/plan/next-attempt';
import { storedOutcomes } from '../../domain/plan/stored-targets';
import { isFindingItem, judgedFloor } from '../../domain/table/finding-item';
import { readHead, updateHead } from '../../domain/table/head-changes';
import { currentDigest } from '../../domain/table/head-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import { setResidual } from '../../domain/table/mark-residual';
import { promotionOf } from '../../domain/table/tag-move';
import { visible } from '../../domain/vetting/text';
import type { PatchMove } from '../../domain/table/move-patch';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import type { Gathered, Proof } from './candidate-proof';
import { endFailed } from './end-failed';
import { giveBackHeld } from './give-back-held';
import { promote, residualReasons } from './promote';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';
import { readSettled, writeEvidence } from './write-evidence';

const HOUR = 3_600_000;
/** Most characters of a sentence, and most violations, that an item keeps. */
const DETAIL_LIMIT = 1000;
const VIOLATIONS_KEPT = 20;

/** Proves a candidate against the image that it is to replace, then promotes or holds it, or waits for its scan. */
export function makeProveCandidate(
  ports: TrackBuildPorts,
): (image: GoldenImage, patch: PatchItem) => Promise<TrackBuildResult> {
  return async (image, patch) => {
    const gathered = await ports.proof.gather(image, patch);
    // Its promotion has begun on proof, and was cut off: it is carried on with, whatever has become known since.
    const head = await readHead(ports.table, image.name);
    const begun = promotionOf(head, patch.sequence);
    // So is a hold that was decided.
    if (head?.lease?.holding !== undefined) return await hold(ports, image, patch, head.lease.holding);
    if (begun !== undefined && gathered.state !== 'gone')
      return await promote(ports, image, patch, gathered.state === 'gathered' ? gathered.proof : undefined);
    switch (gathered.state) {
      case 'gone':
        return await endFailed(ports, image, patch, { reason: 'builder', detail: gathered.detail });
      case 'waiting':
        if (!isOverdue(ports, image, patch)) return { did: 'nothing', why: 'waiting-for-scan' };
        return await holdUnscanned(ports, image, patch, {
          ...gathered,
          detail: `no scan within ${image.policy.scanTimeoutHours} h: ${gathered.detail}`,
        });
      case 'not-scanned':
        return await holdUnscanned(ports, image, patch, gathered);
      case 'gathered':
        return await judge(ports, image, patch, gathered.proof);
    }
  };
}

async function judge(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof,
): Promise<TrackBuildResult> {
  const why = reasonToHold(patch, proof);
  if (why === undefined) return await promote(ports, image, patch, proof);
  const from = currentDigest(await readHead(ports.table, image.name));
  const settled = await readSettled(ports.table, image, { from, to: proof.candidate.digest });
  const evidenceUri = await writeEvidence(ports, image, patch, { proof, settled });
  const isFinal = why.reason === 'nothing-improved' && !isAvoidable({ ...patch, ...why, state: 'HELD' });
  if (isFinal) await markResiduals(ports, image, patch, proof);
  const { violations } = proof;
  const outcomes = storedOutcomes(proof.outcomes);
  // The evidence has all of them.
  const told = violations.slice(0, VIOLATIONS_KEPT).map((violation) => visible(violation, DETAIL_LIMIT));
  return await hold(ports, image, patch, { ...why, outcomes, violations: told, evidenceUri });
}

function reasonToHold(
  { rebuild, acceptsContract }: Pick<PatchItem, 'rebuild' | 'acceptsContract'>,
  { violations, regressions, outcomes, isFirst }: Proof,
): Pick<Hold, 'reason' | 'detail'> | undefined {
  if (violations.length > 0 && acceptsContract !== true)
    return { reason: 'contract-broken', detail: violations.join('; ') };
  if (regressions.length > 0) return { reason: 'worse', detail: regressions.join('; ') };
  const fixed = outcomes.some((outcome) => outcome.result === 'fixed');
  const residual = outcomes.some((outcome) => outcome.result === 'residual');
  // Without a residual every floor is met; against the scanned image that is an improvement, against a promoted one none.
  // What a person has asked for, or the parent's sake, need not fix anything.
  if (fixed || (isFirst && !residual) || rebuild === true) return undefined;
  return { reason: 'nothing-improved', detail: 'no target got from below its floor to it' };
}

/** No scan is no proof, whatever the build says. */
async function holdUnscanned(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  { detail }: Extract<Gathered, { detail: string }>,
): Promise<TrackBuildResult> {
  return await hold(ports, image, patch, { reason: 'not-scanned', detail });
}

function isOverdue({ clock }: TrackBuildPorts, image: GoldenImage, { times, stateSince }: PatchItem): boolean {
  const since = Date.parse(times?.CANDIDATE ?? stateSince);
  return clock().getTime() - since >= image.policy.scanTimeoutHours * HOUR;
}

/** Why a candidate is held, and what is kept with the patch. */
type Hold = Omit<PatchMove, 'state'> & { readonly reason: string; readonly detail: string };

async function hold(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  why: Hold,
): Promise<TrackBuildResult> {
  const { table, clock, logger } = ports;
  const detail = visible(why.detail, DETAIL_LIMIT);
  const holding = { reason: why.reason, detail };
  // Decided before anything is done about it: from then on no other delivery promotes it.
  const head = await updateHead(table, image.name, (known) =>
    known.lease?.patch === patch.sequence && known.lease.holding === undefined && known.moving?.by !== 'promotion'
      ? { ...known, lease: { ...known.lease, holding } }
      : undefined,
  );
  if (promotionOf(head, patch.sequence) !== undefined) return { did: 'nothing', why: 'no-build' };
  const held = await movePatch(table, patch, ['CANDIDATE'], clock(), { ...why, detail, state: 'HELD' });
  // Another delivery was quicker, and ends it.
  if (held === undefined) return { did: 'nothing', why: 'no-build' };
  ports.metrics?.count('CandidatesHeld', 1, why.reason);
  logger.warn('candidate held', { image: image.name, patch: patch.sequence, ...holding });
  return await giveBackHeld(ports, image, held);
}

async function markResiduals(
  { table, clock }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof,
): Promise<void> {
  const reasonOf = residualReasons(patch, proof);
  for (const finding of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(finding)) continue;
    const reason = reasonOf(finding.package, judgedFloor(finding));
    if (reason !== undefined) await setResidual(table, finding, reason, clock());
  }
}
