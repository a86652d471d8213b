import type { GoldenImage } from '../../domain/config/golden-image';
import { storedOutcomes } from '../../domain/plan/stored-targets';
import { aimsAt, isAbout } from '../../domain/plan/target-findings';
import type { ResidualReason } from '../../domain/script/result-line';
import { readHead } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { currentDigest, keptDigests } from '../../domain/table/head-item';
import type { SettledFinding } from '../../domain/proof/settled-findings';
import { movePatch } from '../../domain/table/move-patch';
import { beginTagMove, promotionOf, replacedDigest } from '../../domain/table/tag-move';
import type { PatchItem } from '../../domain/table/patch-item';
import type { Proof } from './candidate-proof';
import { finishPromotion } from './finish-promotion';
import { findReplaced, keepReplaced } from './keep-replaced';
import { measurePromotion } from './measure-promotion';
import { observeDigest } from './observe-digest';
import { observeScan } from './observe-scan';
import { releaseReference } from './release-tag';
import { tagOf } from './tag-of';
import type { TrackBuildPorts, TrackBuildResult } from './track-build-ports';
import { readSettled, writeEvidence } from './write-evidence';

/**
 * Promotes a proven candidate: first the immutable `<date>.<n>` tag, then HEAD says that the floating tag is moving, and at the
 * first promotion from which image, which gets such a tag too, then the floating tag moves, then the facts of every
 * finding on the new digest, the evidence, PATCH and HEAD. In this order, and each step repeatable, so that a crash in
 * between is finished by tracking the build again.
 * @param proof absent where the promotion had begun, and the proof cannot be had any more: then findings are judged by what
 *   the scanner says of the digest from then on
 */
export async function promote(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof | undefined,
): Promise<TrackBuildResult> {
  const { table, registry, clock } = ports;
  const now = clock();
  const { candidate } = patch;
  if (candidate === undefined) return { did: 'nothing', why: 'no-build' };
  const { reference, digest } = candidate;
  const before = await readHead(table, image.name);
  const begun = promotionOf(before, patch.sequence);
  const immutable = begun?.reference ?? (await releaseReference(registry, image, digest, now.toISOString()));
  await registry.tag(reference, immutable);
  const replaces =
    begun === undefined
      ? await findReplaced(registry, image, before ?? {}, { candidate: digest, now })
      : begun.replaces;
  const move = {
    by: 'promotion',
    ...{ patch: patch.sequence, reference: immutable },
    ...(replaces !== undefined && { replaces }),
  } as const;
  // A delivery that was slow: another has ended this build since; or the image before is just being taken back.
  const head = await beginTagMove(
    table,
    image.name,
    move,
    ({ lease }) => lease?.patch === patch.sequence && lease.holding === undefined,
  );
  if (head === undefined) return { did: 'nothing', why: 'no-build' };
  const replaced = promotionOf(head, patch.sequence)?.replaces;
  if (replaced !== undefined) await keepReplaced(registry, image, replaced);
  await registry.tag(reference, registry.referenceOf(image, image.floatingTag));

  const papers =
    proof === undefined ? undefined : await writePapers(ports, image, patch, { proof, head, immutable, now });
  const promoted = await movePatch(table, patch, ['CANDIDATE'], now, {
    state: 'PROMOTED',
    ...(proof !== undefined && { outcomes: storedOutcomes(proof.outcomes) }),
    ...(papers !== undefined && { evidenceUri: papers.evidenceUri }),
    promotion: {
      reference: immutable,
      ...(papers?.packagesUri !== undefined && { packagesUri: papers.packagesUri }),
    },
  });
  if (promoted === undefined) return { did: 'nothing', why: 'no-build' };
  if (ports.metrics !== undefined) measurePromotion(ports.metrics, promoted, papers?.settled ?? []);
  return await finishPromotion(ports, image, promoted);
}

/** What a promotion leaves behind before it is one. */
interface Papers {
  readonly evidenceUri: string;
  readonly packagesUri: string | undefined;
  readonly settled: readonly SettledFinding[];
}

/** Notes what the proof says of the findings, and writes the evidence. */
async function writePapers(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  facts: { readonly proof: Proof; readonly head: HeadItem; readonly immutable: string; readonly now: Date },
): Promise<Papers> {
  const { proof, head, immutable, now } = facts;
  const { digest } = proof.candidate;
  const packagesUri = await storePackages(ports, image, patch, proof);
  await observeCandidate(ports, image, patch, { proof, head });
  const settled = await readSettled(ports.table, image, { from: currentDigest(head), to: digest });
  const previous = replacedDigest(head, patch.sequence);
  const evidenceUri = await writeEvidence(ports, image, patch, {
    ...{ proof, settled },
    promotion: {
      ...{ at: now.toISOString(), digest },
      ...(previous !== undefined && previous !== digest && { previousDigest: previous }),
      tags: [tagOf(immutable), image.floatingTag],
    },
  });
  return { evidenceUri, packagesUri, settled };
}

/** What is installed, where that is known: findings that come later are checked against it. */
async function storePackages(
  { scripts }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  { known }: Proof,
): Promise<string | undefined> {
  if (known.by !== 'package-database') return undefined;
  return await scripts.putAudit(image.name, `${patch.patchId}.packages.json`, `${JSON.stringify(known.candidate)}\n`);
}

/** Notes what the proof says of every finding of the image, and judges it on the candidate's digest. */
async function observeCandidate(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  { proof, head }: { readonly proof: Proof; readonly head: HeadItem },
): Promise<void> {
  const { known, candidate } = proof;
  const current = currentDigest(head);
  const options = {
    exceptions: ports.exceptions,
    keep: keptDigests(head),
    residual: residualReasons(patch, proof),
  };
  if (known.by === 'package-database') {
    const digest = { digest: candidate.digest, ecosystem: known.ecosystem, packages: known.candidate };
    await observeDigest(ports, image, digest, { ...options, from: new Set(current === undefined ? [] : [current]) });
    return;
  }
  const from = [current, patch.source?.digest, ...(head.promoted?.descendsFrom ?? [])];
  await observeScan(ports, image, {
    ...options,
    digest: candidate.digest,
    scan: known,
    from: new Set(from.filter((digest) => digest !== undefined)),
  });
}

/** Why a finding about a package stays, after this build; nothing is said of one whose floor has risen since it was planned. */
export function residualReasons(
  patch: Pick<PatchItem, 'targets'>,
  { outcomes }: Pick<Proof, 'outcomes'>,
): (packageName: string, floor: string | undefined) => ResidualReason | undefined {
  const reasons = new Map(outcomes.map((outcome) => [outcome.package, outcome.reason]));
  return (packageName, floor) => {
    const target = patch.targets.find((one) => isAbout(one, packageName) || one.replacedBy === packageName);
    return target === undefined || !aimsAt(target, floor) ? undefined : reasons.get(target.package);
  };
}
