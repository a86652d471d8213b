import { CANDIDATE_TAG } from '../../domain/config/image-tag';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import { registerLayers } from '../../domain/lineage/register-layers';
import { tell } from '../../domain/notice/tell';
import { noted } from '../../domain/proof/settled-findings';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import type { HeadItem, PromotedDigest } from '../../domain/table/head-item';
import { currentDigest } from '../../domain/table/head-item';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { replacedDigest } from '../../domain/table/tag-move';
import { judgeOn } from './judge-on';
import { tagOf } from './tag-of';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';
import { readSettled } from './write-evidence';
import { writeVex } from './write-vex';

/** Digests that a promoted image keeps as its origin. */
const ORIGINS_KEPT = 10;

/**
 * Does what follows a promotion: lineage, papers, the word to people and systems, the candidate's tag, REPLAN, and HEAD,
 * which gives the lease back; until then every step is repeated where the run is cut off. Last, findings are judged on the
 * new digest once more; where that is cut off, ingest-finding or reconcile-findings does.
 */
export async function finishPromotion(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<TrackBuildResult> {
  const { table, logger } = ports;
  const head = await readHead(table, image.name);
  if (head?.lease?.patch !== patch.sequence) return { did: 'promoted', patch };
  const { candidate, promotion } = patch;
  if (candidate === undefined) {
    await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'neutral' });
    return { did: 'promoted', patch };
  }
  const origins = [...(head.promoted?.descendsFrom ?? []), head.adopted?.digest].filter((one) => one !== undefined);
  const promoted: PromotedDigest = {
    digest: candidate.digest,
    // Without: an earlier version of this project was cut off.
    reference: promotion?.reference ?? ports.registry.referenceOf(image, image.floatingTag),
    patch: patch.sequence,
    since: patch.stateSince,
    ...(promotion?.packagesUri !== undefined && { packagesUri: promotion.packagesUri }),
    descendsFrom: [...new Set(origins)].slice(-ORIGINS_KEPT),
  };
  await writeLayers(ports, image, candidate.digest);
  await writeVex(ports, image, patch, { ...head, promoted });
  await tellOfPromotion(ports, image, patch, { head, promoted });
  await untagCandidate(ports, image, candidate);
  // While it was a candidate nothing was planned. Asked for before the lease is given back: until then this is repeated.
  await requestReplan(table, image.name, `${candidate.digest} is promoted`);
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'promoted', promoted });
  const { digest, reference } = promoted;
  // A fact that came in between was judged on the digest before.
  await judgeOn(ports, image, digest);
  logger.info('candidate promoted', { image: image.name, patch: patch.sequence, digest, tag: reference });
  return { did: 'promoted', patch };
}

/** Notes by which layer applications that are built on the new image are recognised. */
async function writeLayers(
  { table, layers, logger }: TrackBuildPorts,
  image: GoldenImage,
  digest: string,
): Promise<void> {
  if (layers === undefined) return;
  try {
    await registerLayers({ table, layers }, image, { digest, isCurrent: true });
  } catch (error) {
    // No such image, or a manifest that tells no layers: trying again would tell none either.
    if (!(error instanceof BadInputError)) throw error;
    logger.warn('layers of the promoted image are not known', { image: image.name, digest, error: error.message });
  }
}

/** At least once: a run that is cut off after it says it again. */
async function tellOfPromotion(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  { head, promoted }: { readonly head: HeadItem; readonly promoted: PromotedDigest },
): Promise<void> {
  if (ports.notifier === undefined) return;
  const settled = await readSettled(ports.table, image, { from: currentDigest(head), to: promoted.digest });
  const previousDigest = replacedDigest(head, patch.sequence);
  await tell(ports, {
    kind: 'promoted',
    ...{ image: image.name, repository: image.repository, patch: patch.sequence, patchId: patch.patchId },
    digest: promoted.digest,
    ...(previousDigest !== undefined && previousDigest !== promoted.digest && { previousDigest }),
    tags: [tagOf(promoted.reference), image.floatingTag],
    fixed: noted(settled, 'fixed'),
    residual: noted(settled, 'residual'),
    evidenceUri: patch.evidenceUri ?? '',
    at: promoted.since,
  });
}

/** The builder's tag, where it is still this image's: the next build moves it. */
async function untagCandidate(
  { registry }: TrackBuildPorts,
  image: GoldenImage,
  { reference, digest }: NonNullable<PatchItem['candidate']>,
): Promise<void> {
  await registry.untag(reference);
  const tagged = registry.referenceOf(image, CANDIDATE_TAG);
  if (tagged === reference || (await registry.describe(tagged, image.architecture))?.digest !== digest) return;
  await registry.untag(tagged);
}
