import type { GoldenImage } from '../../domain/config/golden-image';
import type { InstalledPackage } from '../../domain/ecosystems/ecosystem';
import type { Evidence } from '../../domain/evidence/evidence-schema';
import type { ImageDescription } from '../../domain/ports';
import type { SettledFinding } from '../../domain/proof/settled-findings';
import type { ScriptReport } from '../../domain/script/result-lines';
import type { Observation } from '../../domain/table/finding-item';
import type { PatchItem } from '../../domain/table/patch-item';
import type { Proof } from './candidate-proof';

/** What evidence is written from, beside the patch. */
export interface EvidenceFacts {
  readonly proof: Proof;
  /** What became of each finding. */
  readonly settled: readonly SettledFinding[];
  /** What the script said, where its build left a log. */
  readonly report: ScriptReport;
  /** Absent before the promotion. */
  readonly promotion?: NonNullable<Evidence['promotion']>;
}

/** Writes down what a candidate was made from and what proves it: one JSON document for auditors. */
export function evidence(image: GoldenImage, patch: PatchItem, facts: EvidenceFacts): Evidence {
  const { current, candidate, outcomes, violations, regressions, known } = facts.proof;
  const { promotion } = facts;
  return {
    version: 1,
    image: image.name,
    repository: image.repository,
    patch: patch.sequence,
    patchId: patch.patchId,
    planHash: patch.planHash,
    attempt: patch.attempt,
    rebuild: patch.rebuild,
    author: patch.author,
    authorReason: patch.authorReason,
    model: patch.model && {
      ...patch.model,
      questions: patch.model.questions.map((one) => ({ ...one, refusals: [...one.refusals] })),
    },
    completed: patch.completed && [...patch.completed],
    disagreements: patch.disagreements && [...patch.disagreements],
    approval: patch.approval,
    releasever: patch.releasever,
    source: patch.source && { ...patch.source },
    script: patch.scriptUri,
    scriptSha256: patch.patchId,
    scriptReport: facts.report.results,
    proposals: patch.proposalUri,
    buildId: patch.buildId,
    buildLog: patch.buildLogUri,
    from: describe(current),
    to: describe(candidate),
    proof: { by: known.by, ...(known.by === 'scan' && { at: known.at }) },
    targets: patch.targets.flatMap((target, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) return [];
      return { ...target, ...outcome, vulnerabilities: [...target.vulnerabilities], binaries: [...outcome.binaries] };
    }),
    packages:
      known.by === 'package-database' ? changedPackages(known.current, known.candidate) : listedPackages(facts.settled),
    findings: facts.settled.map((one) => findingOf(one, promotion?.at)),
    contract: {
      ok: violations.length === 0,
      violations: [...violations],
      ...(patch.acceptsContract === true && { accepted: true }),
    },
    regressions: [...regressions],
    promotion,
    times: {
      ...patch.times,
      [patch.state]: patch.stateSince,
      ...(promotion !== undefined && { PROMOTED: promotion.at }),
    },
  };
}

function describe({ reference, digest, size }: ImageDescription): Evidence['to'] {
  return { reference, digest, size };
}

function findingOf(
  { finding, before, after, result }: SettledFinding,
  promotedAt: string | undefined,
): Evidence['findings'][number] {
  const { vulnerabilityId, packageManager, package: name, filePath, state, reason } = finding;
  const { firstObservedAt, fixFirstSeenAt } = finding;
  const isFixed = result === 'fixed' && promotedAt !== undefined;
  return {
    ...{ vulnerabilityId, packageManager, package: name, filePath },
    before: before && observationOf(before),
    after: after && observationOf(after),
    ...{ result, state, reason, firstObservedAt, fixFirstSeenAt },
    secondsToPatch: isFixed ? secondsBetween(firstObservedAt, promotedAt) : undefined,
    secondsFromFix: isFixed && fixFirstSeenAt !== undefined ? secondsBetween(fixFirstSeenAt, promotedAt) : undefined,
  };
}

function observationOf({
  status,
  severity,
  installed,
  floor,
  proof,
}: Observation): Evidence['findings'][number]['after'] {
  return { status, severity, installed, floor, proof };
}

/** Whole and parts of seconds between two ISO 8601 times; 0 where the clocks disagree on their order. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

type ChangedPackage = Evidence['packages'][number];

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

/** A scanner lists a package where it is vulnerable: what became of the version of one that is fixed, it does not say. */
function listedPackages(settled: readonly SettledFinding[]): ChangedPackage[] {
  const changed = new Map<string, ChangedPackage>();
  for (const { finding, before, after } of settled)
    if (before !== undefined && after?.status === 'ACTIVE' && before.installed !== after.installed)
      changed.set(finding.package, {
        name: finding.package,
        arch: '',
        before: before.installed,
        after: after.installed,
      });
  return [...changed.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}
