import type { GoldenImage } from '../../domain/config/golden-image';
import { compareContracts } from '../../domain/contract/compare-contracts';
import { requireEcosystem } from '../../domain/ecosystems';
import type { Ecosystem, EcosystemId, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../domain/errors';
import type { TargetOutcome } from '../../domain/plan/target-outcome';
import type { ImageDescription } from '../../domain/ports';
import { findDowngrades } from '../../domain/proof/find-downgrades';
import { binariesOf, meetsFloor } from '../../domain/proof/installed-binaries';
import type { ClaimedReasons } from '../../domain/proof/judge-targets';
import { judgeTargets } from '../../domain/proof/judge-targets';
import { parseResultLines } from '../../domain/script/result-lines';
import { readHead } from '../../domain/table/head-changes';
import type { PatchItem } from '../../domain/table/patch-item';
import type { TrackBuildPorts } from './track-build-ports';

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
  /** True where nothing was promoted before: the candidate is compared with its parent. */
  readonly isFirst: boolean;
  readonly outcomes: readonly TargetOutcome[];
  /** Violations of the image's contract; one sentence each. */
  readonly violations: readonly string[];
  /** Signs that the candidate is worse; one sentence each. */
  readonly regressions: readonly string[];
}

/**
 * Gathers the proof of a candidate: its package database and configuration, and those of the image that it is to
 * replace.
 * @returns undefined where the candidate is gone, or the reference names another digest than was built
 * @throws GoldenImagesError where an image has no package database
 */
export async function gatherProof(
  ports: TrackBuildPorts,
  image: GoldenImage,
  patch: PatchItem,
): Promise<Proof | undefined> {
  const { registry, table } = ports;
  const ecosystem = requireEcosystem(patch.ecosystem as EcosystemId);
  const built = await registry.describe(patch.candidate?.reference ?? '');
  if (built === undefined || built.digest !== patch.candidate?.digest) return undefined;
  const promoted = (await readHead(table, image.name))?.promoted;
  const parent = await inspect(ports, await registry.parentOf(image), ecosystem);
  const before = promoted === undefined ? undefined : await registry.describe(promoted.reference);
  // A promoted image that somebody deleted cannot be compared with; then the parent is what there is.
  const isComparable = before !== undefined && before.digest === promoted?.digest && before.digest !== built.digest;
  const current = isComparable ? await inspect(ports, before, ecosystem) : parent;
  const candidate = await inspect(ports, built, ecosystem);
  const outcomes = judgeTargets(
    patch.targets,
    current.packages,
    candidate.packages,
    ecosystem,
    await claimedReasons(ports, patch),
  );
  return {
    current,
    candidate,
    isFirst: promoted === undefined,
    outcomes: outcomes.map((outcome, index) => {
      const target = patch.targets[index];
      const inParent =
        target !== undefined && meetsFloor(binariesOf(target, parent.packages, ecosystem), target.floor, ecosystem);
      return { ...outcome, ...(inParent && { inParent: true }) };
    }),
    violations: compareContracts(subject(current), subject(candidate), {
      ...image.contract,
      removable: image.policy.removable,
    }),
    regressions: findDowngrades(current.packages, candidate.packages, ecosystem),
  };
}

async function inspect(ports: TrackBuildPorts, image: ImageDescription, ecosystem: Ecosystem): Promise<Inspected> {
  const packages = await ports.inventory.packagesOf(image.reference, ecosystem.id);
  if (packages !== undefined) return { image, packages };
  throw new GoldenImagesError('proof', `image ${image.reference} has no package database of ${ecosystem.displayName}`, {
    hint: `none of ${ecosystem.database.paths.join(', ')} is in it: say the right platform in golden-images.yaml`,
  });
}

/** The reasons that the script gave for missed floors, by package: a hint for people, never the proof. */
async function claimedReasons({ scripts }: TrackBuildPorts, patch: PatchItem): Promise<ClaimedReasons> {
  const log = patch.buildLogUri === undefined ? undefined : await scripts.getAudit(patch.buildLogUri);
  return new Map(
    parseResultLines(log ?? '').results.flatMap((result) =>
      result.reason === undefined ? [] : [[result.package, result.reason] as const],
    ),
  );
}

function subject({ image, packages }: Inspected): Parameters<typeof compareContracts>[0] {
  return { ...image, packages };
}
