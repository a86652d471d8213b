import type { GoldenImage } from '../../domain/config/golden-image';
import { storedOutcomes } from '../../domain/plan/stored-targets';
import { isAbout } from '../../domain/plan/target-findings';
import type { ResidualReason } from '../../domain/script/result-line';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { currentDigest, keptDigests } from '../../domain/table/head-item';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { observeDigest } from './observe-digest';
import type { Proof } from './gather-proof';
import type { TrackBuildPorts } from './track-build-ports';

/** Digests that a promoted image keeps as its origin. */
const ORIGINS_KEPT = 10;

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
  const current = currentDigest(head);
  await observeDigest(
    ports,
    image,
    { digest, ecosystem: patch.ecosystem, packages: proof.candidate.packages },
    {
      exceptions: ports.exceptions,
      from: new Set(current === undefined ? [] : [current]),
      keep: keptDigests(head),
      residual: residualReasons(patch, proof),
    },
  );
  const promoted = await movePatch(table, patch, ['CANDIDATE', 'PROMOTED'], now, {
    state: 'PROMOTED',
    outcomes: storedOutcomes(proof.outcomes),
    evidenceUri,
  });
  // While it was a candidate nothing was planned. Asked for before the lease is given back: until then this is repeated.
  await requestReplan(table, image.name, `patch ${patch.sequence} was promoted`);
  const origins = [...(head?.promoted?.descendsFrom ?? []), head?.adopted?.digest].filter((one) => one !== undefined);
  await releaseLease(table, image.name, {
    patch: patch.sequence,
    outcome: 'promoted',
    promoted: {
      digest,
      reference: immutable,
      patch: patch.sequence,
      since: now.toISOString(),
      packagesUri,
      descendsFrom: [...new Set(origins)].slice(-ORIGINS_KEPT),
    },
  });
  await registry.untag(reference);
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

/** Why a finding about a package stays, after this build. */
export function residualReasons(
  patch: Pick<PatchItem, 'targets'>,
  { outcomes }: Pick<Proof, 'outcomes'>,
): (packageName: string) => ResidualReason | undefined {
  const reasons = new Map(outcomes.map((outcome) => [outcome.package, outcome.reason]));
  return (packageName) => {
    const target = patch.targets.find((one) => isAbout(one, packageName));
    return target === undefined ? undefined : reasons.get(target.package);
  };
}
