import type { GoldenImage } from '../../domain/config/golden-image';
import { compareContracts } from '../../domain/contract/compare-contracts';
import type { Ecosystem, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { ecosystemOfImage, ecosystemOfPatch } from '../../domain/ecosystems/ecosystem-of-patch';
import { GoldenImagesError } from '../../domain/errors';
import type { FindingTable, ImageDescription, ImageRegistry, PackageInventory, ScriptStore } from '../../domain/ports';
import { findDowngrades } from '../../domain/proof/find-downgrades';
import { binariesOf, meetsFloor } from '../../domain/proof/installed-binaries';
import { judgeTargets } from '../../domain/proof/judge-targets';
import { readHead } from '../../domain/table/head-changes';
import type { PatchItem } from '../../domain/table/patch-item';
import type { CandidateProof, Gathered } from './candidate-proof';
import { builtCandidate, contractRules, replacedBy } from './compared-images';
import { claimedReasons, readScriptReport } from './script-report';

/** What the proof by package database works with. */
export interface PackageProofPorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly registry: ImageRegistry;
  readonly inventory: PackageInventory;
}

/** An image and what is installed in it. */
interface Inspected {
  readonly image: ImageDescription;
  readonly packages: readonly InstalledPackage[];
}

/**
 * The proof of a candidate from the outside, as in local mode: its package database and configuration, and those of the
 * image that it is to replace. It throws GoldenImagesError where an image has no package database.
 */
export function makePackageProof(ports: PackageProofPorts): CandidateProof {
  return { gather: async (image, patch) => await gather(ports, image, patch) };
}

async function gather(ports: PackageProofPorts, image: GoldenImage, patch: PatchItem): Promise<Gathered> {
  const { registry, table, scripts } = ports;
  const ecosystem = ecosystemOfPatch(patch) ?? ecosystemOfImage(image);
  if (ecosystem === undefined)
    return {
      state: 'not-scanned',
      detail: `the package manager of golden image ${image.name} is not known: say its platform (e.g. DEBIAN_12) or ecosystem (e.g. apt) in golden-images.yaml`,
    };
  const built = await builtCandidate(registry, image, patch);
  if ('state' in built) return built;
  const promoted = (await readHead(table, image.name))?.promoted;
  const parent = await inspect(ports, await registry.parentOf(image), ecosystem);
  // A promoted image that somebody deleted cannot be compared with; then the parent is what there is.
  const before = await replacedBy(registry, image, promoted, built);
  const current = before === undefined ? parent : await inspect(ports, before, ecosystem);
  const candidate = await inspect(ports, built, ecosystem);
  const claimed = claimedReasons(await readScriptReport(scripts, patch));
  const outcomes = judgeTargets(patch.targets, current.packages, candidate.packages, ecosystem, claimed);
  return {
    state: 'gathered',
    proof: {
      current: current.image,
      candidate: candidate.image,
      isFirst: promoted === undefined,
      outcomes: outcomes.map((outcome, index) => {
        const target = patch.targets[index];
        const inParent =
          target !== undefined && meetsFloor(binariesOf(target, parent.packages, ecosystem), target.floor, ecosystem);
        return { ...outcome, ...(inParent && { inParent: true }) };
      }),
      violations: compareContracts(subject(current), subject(candidate), contractRules(image, parent.image, built)),
      regressions: findDowngrades(current.packages, candidate.packages, ecosystem),
      known: {
        by: 'package-database',
        ecosystem: ecosystem.id,
        current: current.packages,
        candidate: candidate.packages,
      },
    },
  };
}

async function inspect(
  { inventory }: PackageProofPorts,
  image: ImageDescription,
  ecosystem: Ecosystem,
): Promise<Inspected> {
  const packages = await inventory.packagesOf(image.reference, ecosystem.id);
  if (packages !== undefined) return { image, packages };
  throw new GoldenImagesError('proof', `image ${image.reference} has no package database of ${ecosystem.displayName}`, {
    hint: `none of ${ecosystem.database.paths.join(', ')} is in it: say the right platform in golden-images.yaml`,
  });
}

function subject({ image, packages }: Inspected): Parameters<typeof compareContracts>[0] {
  return { ...image, packages };
}
