import type { GoldenImage } from '../../domain/config/golden-image';
import { compareContracts } from '../../domain/contract/compare-contracts';
import { requireEcosystem } from '../../domain/ecosystems';
import type { Ecosystem, EcosystemId, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../domain/errors';
import type { TargetOutcome } from '../../domain/plan/target-outcome';
import type { ImageDescription } from '../../domain/ports';
import { findDowngrades } from '../../domain/proof/find-downgrades';
import { judgeTargets } from '../../domain/proof/judge-targets';
import { parseResultLines } from '../../domain/script/result-lines';
import { readHead } from '../../domain/table/head-changes';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { releaseLease } from '../../domain/table/release-lease';
import { claimedReasons } from './claimed-reasons';
import { promote } from './promote';
import type { TrackBuildPorts } from './track-build-ports';
import type { TrackBuildResult } from './track-build';

/** An image and what is installed in it. */
export interface Inspected {
  readonly image: ImageDescription;
  readonly packages: readonly InstalledPackage[];
}

/** The proof of a candidate, before it is judged. */
export interface Proof {
  /** What the candidate is to replace. */
  readonly current: Inspected;
  readonly candidate: Inspected;
  readonly outcomes: readonly TargetOutcome[];
  /** Violations of the image's contract; one sentence each. */
  readonly violations: readonly string[];
  /** Signs that the candidate is worse; one sentence each. */
  readonly regressions: readonly string[];
}

/**
 * Proves a candidate from the outside, its package database and its configuration against those of the image that it is
 * to replace, then promotes or holds it.
 */
export function makeProveCandidate(
  ports: TrackBuildPorts,
): (image: GoldenImage, patch: PatchItem, logUri?: string) => Promise<TrackBuildResult> {
  return async (image, patch, logUri) => {
    const proof = await gatherProof(ports, image, patch, logUri);
    const evidenceUri = await ports.scripts.putAudit(
      image.name,
      `${patch.patchId}.evidence.json`,
      evidence(image, patch, proof, logUri),
    );
    const reason = reasonToHold(proof);
    if (reason !== undefined && patch.state !== 'PROMOTED')
      return await hold(ports, image, patch, { ...reason, outcomes: proof.outcomes, evidenceUri });
    return { did: 'promoted', patch: await promote(ports, image, patch, proof, evidenceUri) };
  };
}

async function gatherProof(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  logUri: string | undefined,
): Promise<Proof> {
  const ecosystem = requireEcosystem(patch.ecosystem as EcosystemId);
  const promoted = (await readHead(ports.table, image.name))?.promoted;
  const isReplay = promoted?.digest === patch.candidate?.digest;
  const currentReference =
    promoted === undefined || isReplay ? (await ports.registry.parentOf(image)).reference : promoted.reference;
  const current = await inspect(ports, currentReference, ecosystem);
  const candidate = await inspect(ports, patch.candidate?.reference ?? '', ecosystem);
  const log = logUri === undefined ? undefined : await ports.scripts.getAudit(logUri);
  const claimed = claimedReasons(parseResultLines(log ?? ''));
  const outcomes = judgeTargets(patch.targets, current.packages, candidate.packages, ecosystem, claimed);
  return {
    current,
    candidate,
    outcomes,
    violations: compareContracts(subject(current), subject(candidate), {
      ...image.contract,
      removable: image.policy.removable,
    }),
    regressions: findDowngrades(current.packages, candidate.packages, ecosystem),
  };
}

async function inspect(ports: TrackBuildPorts, reference: string, ecosystem: Ecosystem): Promise<Inspected> {
  const image = await ports.registry.describe(reference);
  if (image === undefined)
    throw new GoldenImagesError('proof', `image ${reference} is gone, so nothing can be proven on it`);
  const packages = await ports.inventory.packagesOf(reference, ecosystem.id);
  if (packages === undefined)
    throw new GoldenImagesError('proof', `image ${reference} has no package database of ${ecosystem.displayName}`, {
      hint: `none of ${ecosystem.database.paths.join(', ')} is in it`,
    });
  return { image, packages };
}

function reasonToHold(proof: Proof): { reason: string; detail: string } | undefined {
  if (proof.violations.length > 0) return { reason: 'contract-broken', detail: proof.violations.join('; ') };
  if (proof.regressions.length > 0) return { reason: 'worse', detail: proof.regressions.join('; ') };
  const improved = proof.outcomes.some((outcome) => outcome.result === 'fixed' || outcome.result === 'already-fixed');
  return improved ? undefined : { reason: 'nothing-improved', detail: 'no target reached its floor' };
}

async function hold(
  { table, clock, logger }: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
  why: { reason: string; detail: string; outcomes: readonly TargetOutcome[]; evidenceUri: string },
): Promise<TrackBuildResult> {
  const held = await movePatch(table, patch, ['CANDIDATE'], clock(), { state: 'HELD', ...why });
  logger.warn('candidate held', { image: image.name, patch: patch.sequence, reason: why.reason, detail: why.detail });
  await releaseLease(table, image.name, {
    patch: patch.sequence,
    outcome: 'neutral',
    failuresBeforeStop: image.policy.failuresBeforeStop,
  });
  return { did: 'held', patch: held ?? patch };
}

function subject({ image, packages }: Inspected): {
  contract: ImageDescription['contract'];
  size: number;
  packages: readonly InstalledPackage[];
} {
  return { contract: image.contract, size: image.size, packages };
}

function evidence(image: GoldenImage, patch: PatchItem, proof: Proof, logUri: string | undefined): string {
  const { current, candidate, outcomes, violations, regressions } = proof;
  const changes = changedPackages(current.packages, candidate.packages);
  return `${JSON.stringify(
    {
      image: image.name,
      patch: patch.sequence,
      patchId: patch.patchId,
      planHash: patch.planHash,
      attempt: patch.attempt,
      author: patch.author,
      script: patch.scriptUri,
      proposals: patch.proposalUri,
      buildLog: logUri,
      from: { reference: current.image.reference, digest: current.image.digest, size: current.image.size },
      to: { reference: candidate.image.reference, digest: candidate.image.digest, size: candidate.image.size },
      targets: patch.targets.map((target, index) => ({ ...target, ...outcomes[index] })),
      packages: changes,
      contract: { ok: violations.length === 0, violations },
      regressions,
    },
    null,
    2,
  )}\n`;
}

function changedPackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): { name: string; arch: string; before: string; after: string }[] {
  const key = (pkg: InstalledPackage): string => `${pkg.name}\n${pkg.arch}`;
  const old = new Map(before.map((pkg) => [key(pkg), pkg.version]));
  const now = new Map(after.map((pkg) => [key(pkg), pkg.version]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort()
    .map((name) => {
      const [packageName = '', arch = ''] = name.split('\n');
      return { name: packageName, arch, before: old.get(name) ?? '', after: now.get(name) ?? '' };
    });
}
