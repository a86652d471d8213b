import type { GoldenImage } from '../../domain/config/golden-image';
import type { InstalledPackage } from '../../domain/ecosystems/ecosystem';
import type { PatchItem } from '../../domain/table/patch-item';
import type { Proof } from './gather-proof';

/** Writes down what a candidate was made from and what proves it: one JSON document for auditors. */
export function evidence(image: GoldenImage, patch: PatchItem, proof: Proof): string {
  const { current, candidate, outcomes, violations, regressions } = proof;
  const document = {
    image: image.name,
    patch: patch.sequence,
    patchId: patch.patchId,
    planHash: patch.planHash,
    attempt: patch.attempt,
    author: patch.author,
    releasever: patch.releasever,
    source: patch.source,
    script: patch.scriptUri,
    proposals: patch.proposalUri,
    buildLog: patch.buildLogUri,
    from: { reference: current.image.reference, digest: current.image.digest, size: current.image.size },
    to: { reference: candidate.image.reference, digest: candidate.image.digest, size: candidate.image.size },
    targets: patch.targets.map((target, index) => ({ ...target, ...outcomes[index] })),
    packages: changedPackages(current.packages, candidate.packages),
    contract: { ok: violations.length === 0, violations },
    regressions,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface ChangedPackage {
  readonly name: string;
  readonly arch: string;
  readonly before: string;
  readonly after: string;
}

function changedPackages(before: readonly InstalledPackage[], after: readonly InstalledPackage[]): ChangedPackage[] {
  const versions = (packages: readonly InstalledPackage[]): Map<string, string> =>
    new Map(packages.map((pkg) => [`${pkg.name}\n${pkg.arch}`, pkg.version]));
  const old = versions(before);
  const now = versions(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => old.get(key) !== now.get(key))
    .sort()
    .map((key) => {
      const [name = '', arch = ''] = key.split('\n');
      return { name, arch, before: old.get(key) ?? '', after: now.get(key) ?? '' };
    });
}
