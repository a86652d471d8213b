import type { GoldenImage } from '../../domain/config/golden-image';
import { platformOf } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId } from '../../domain/ecosystems/ecosystem';
import { isAbout } from '../../domain/plan/target-findings';
import { deriveObservation } from '../../domain/proof/derive-observation';
import { judgeFinding } from '../../domain/table/finding-state';
import { foldObservation } from '../../domain/table/fold-observation';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead } from '../../domain/table/head-changes';
import { currentDigest } from '../../domain/table/head-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { updateItem } from '../../domain/table/update-item';
import type { Proof } from './prove-candidate';
import type { TrackBuildPorts } from './track-build-ports';

/**
 * Promotes a proven candidate: first the immutable `<date>.<n>` tag, then the floating tag, then the facts of every
 * finding on the new digest, then PATCH and HEAD. In this order, and each step repeatable, so that a crash in between
 * is finished by tracking the build again.
 */
export async function promote(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof,
  evidenceUri: string,
): Promise<PatchItem> {
  const { table, registry, scripts, clock, logger } = ports;
  const now = clock();
  const { reference, digest } = proof.candidate.image;
  const immutable = await freeDateTag(ports, image, digest, now);
  await registry.tag(reference, immutable);
  await registry.tag(reference, registry.referenceOf(image, image.floatingTag));

  const head = await readHead(table, image.name);
  const packagesUri = await scripts.putAudit(
    image.name,
    `${patch.patchId}.packages.json`,
    `${JSON.stringify(proof.candidate.packages)}\n`,
  );
  await observeOnCandidate(ports, image, patch, proof, currentDigest(head), now);
  const promoted = await movePatch(table, patch, ['CANDIDATE', 'PROMOTED'], now, {
    state: 'PROMOTED',
    outcomes: proof.outcomes,
    evidenceUri,
  });
  await releaseLease(table, image.name, {
    patch: patch.sequence,
    outcome: 'promoted',
    failuresBeforeStop: image.policy.failuresBeforeStop,
    promoted: {
      digest,
      reference: immutable,
      patch: patch.sequence,
      since: now.toISOString(),
      packagesUri,
      descendsFrom: [
        ...new Set([
          ...(head?.promoted?.descendsFrom ?? []),
          ...[head?.adopted?.digest].filter((one) => one !== undefined),
        ]),
      ].slice(-10),
    },
  });
  logger.info('candidate promoted', { image: image.name, patch: patch.sequence, digest, tag: immutable });
  return promoted ?? patch;
}

/** `<date>.<n>`: the first that is free, or already this digest's (a promotion that was interrupted). */
async function freeDateTag(
  { registry }: TrackBuildPorts,
  image: GoldenImage,
  digest: string,
  now: Date,
): Promise<string> {
  for (let n = 1; ; n++) {
    const reference = registry.referenceOf(image, `${now.toISOString().slice(0, 10)}.${n}`);
    const taken = await registry.describe(reference);
    if (taken === undefined || taken.digest === digest) return reference;
  }
}

/** Writes, for every finding of the image, what the candidate's package database says about it. */
async function observeOnCandidate(
  { table, exceptions }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  proof: Proof,
  current: string | undefined,
  now: Date,
): Promise<void> {
  const { digest } = proof.candidate.image;
  const ecosystem = requireEcosystem(patch.ecosystem as EcosystemId);
  const residuals = new Map(
    proof.outcomes.flatMap((outcome) => (outcome.result === 'residual' ? [[outcome.package, outcome.reason]] : [])),
  );
  for (const item of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(item)) continue;
    await updateItem<FindingItem>(table, item, isFindingItem, (known) => {
      const observed = known?.observations[known.judgedOn ?? current ?? ''];
      if (known === undefined || observed === undefined || known.state === 'CLOSED') return undefined;
      const inventory = {
        packages: proof.candidate.packages,
        ecosystem,
        platform: platformOf(image, observed.platform),
      };
      const next = deriveObservation(known.packageManager, known.package, observed, inventory, observed.observedAt);
      const folded = foldObservation(known, digest, next, known.firstObservedAt, new Set([digest, current ?? digest]));
      const { reason: _reason, residualSince: _since, ...rest } = known;
      const verdict = judgeFinding(known, folded, undefined, { image, exceptions, current: digest, now });
      const target = patch.targets.find((candidate) => isAbout(candidate, known.package));
      const reason = target === undefined ? undefined : residuals.get(target.package);
      const state =
        verdict.state === 'OPEN' && reason !== undefined
          ? { ...verdict, state: 'RESIDUAL' as const, reason, residualSince: now.toISOString() }
          : verdict;
      return { ...rest, ...folded, ...state };
    });
  }
}
