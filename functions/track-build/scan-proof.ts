import type { GoldenImage } from '../../domain/config/golden-image';
import { compareContracts } from '../../domain/contract/compare-contracts';
import { ecosystemOfPatch } from '../../domain/ecosystems/ecosystem-of-patch';
import { BadInputError } from '../../domain/errors';
import type { TargetOutcome } from '../../domain/plan/target-outcome';
import type { ImageDescription, ImageLookup, ImageRegistry, ScriptStore } from '../../domain/ports';
import { findNewFindings } from '../../domain/proof/find-new-findings';
import { judgeTargetsByScan } from '../../domain/proof/judge-targets-by-scan';
import type { KnownVulnerabilities, PresentFinding } from '../../domain/proof/listed-findings';
import { presentIn } from '../../domain/proof/listed-findings';
import type { ScanStatus } from '../../domain/scan/image-scan';
import { readHead } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { currentDigest } from '../../domain/table/head-item';
import type { PatchItem } from '../../domain/table/patch-item';
import type { CandidateProof, Gathered } from './candidate-proof';
import { builtCandidate, contractRules, isBuiltOn, replacedBy } from './compared-images';
import type { ScanListPorts } from './scan-lists';
import { acceptedRisk, knownOn, readList, SCANNER_GRACE_HOURS, seenBeside } from './scan-lists';
import { claimedReasons, readScriptReport } from './script-report';
import { digestReference } from './tag-of';

/** What the proof by scan works with. */
export interface ScanProofPorts extends ScanListPorts {
  readonly scripts: ScriptStore;
  readonly registry: ImageRegistry;
  readonly lookup: ImageLookup;
}

/** Layers that a patch adds to its parent: the script, copied, and its run (modules/image-pipeline/dockerfile.ts). */
const PATCH_LAYERS = 2;

/**
 * The proof of a candidate by the scan of its digest, as on AWS: the scan must have completed after the digest was pushed;
 * then what the scanner lists of it tells which targets are fixed, against what it lists of the image that is to be
 * replaced (docs/proof.md).
 */
export function makeScanProof(ports: ScanProofPorts): CandidateProof {
  return { gather: async (image, patch) => await gather(ports, image, patch) };
}

async function gather(ports: ScanProofPorts, image: GoldenImage, patch: PatchItem): Promise<Gathered> {
  const { registry, lookup, source, table } = ports;
  const built = await builtCandidate(registry, image, patch);
  if ('state' in built) return built;
  const pushed = await lookup.lookUp(image.repository, built.digest, image.architecture);
  if ('unusable' in pushed) return { state: 'gone', detail: pushed.detail };
  const scan = await source.scanOf(image.repository, built.digest);
  if (scan.state !== 'scanned') return unproven(scan);
  if (pushed.pushedAt !== undefined && Date.parse(scan.at) < Date.parse(pushed.pushedAt))
    return { state: 'waiting', detail: `the last scan was at ${scan.at}, before it was pushed at ${pushed.pushedAt}` };
  const { listed, problems } = await readList(source, image.repository, built.digest);
  const [problem] = problems;
  if (problem !== undefined)
    return {
      state: 'not-scanned',
      detail: `${problems.length} records of the scanner's list cannot be read, so that it proves nothing: ${problem.path} ${problem.message}`,
    };
  const head = await readHead(table, image.name);
  const after = [...presentIn(listed), ...(await seenBeside(ports, image, built.digest, listed))];
  const compared = await comparedWith(ports, image, head, built);
  const before = await knownBefore(ports, image, head, compared.parent);
  // Where nothing is there to be replaced, nothing can get worse.
  const { worse, undecided } =
    before === undefined
      ? { worse: [], undecided: [] }
      : findNewFindings(before, after, {
          policy: image.policy,
          isAccepted: acceptedRisk(ports, image),
          targets: patch.targets,
          ecosystem: ecosystemOfPatch(patch),
          now: ports.clock(),
          // Within the time that there is for a scan.
          graceHours: Math.min(SCANNER_GRACE_HOURS, image.policy.scanTimeoutHours / 2),
        });
  if (undecided.length > 0 && worse.length === 0)
    return {
      state: 'waiting',
      detail: `whether it is worse is not known before the scanner has looked at both images: ${undecided.join('; ')}`,
    };
  return {
    state: 'gathered',
    proof: {
      current: compared.current,
      candidate: built,
      isFirst: head?.promoted === undefined,
      outcomes: await outcomesOf(ports, patch, {
        before: before?.present ?? [],
        after,
        layersAbove: layersAbove(compared.parent, built, pushed.layers),
      }),
      violations: compareContracts(compared.current, built, contractRules(image, compared.parent, built)),
      regressions: worse,
      known: {
        ...{ by: 'scan', at: scan.at, listed },
        ...(pushed.pushedAt !== undefined && { pushedAt: pushed.pushedAt }),
      },
    },
  };
}

/** What it means that no scan of a candidate has completed. */
function unproven(scan: Exclude<ScanStatus, { state: 'scanned' }>): Gathered {
  switch (scan.state) {
    case 'pending':
      return { state: 'waiting', detail: scan.detail };
    case 'unknown':
      return { state: 'waiting', detail: 'the scanner does not know the image yet' };
    case 'expired':
    case 'not-scanned':
      return { state: 'not-scanned', detail: scan.detail };
  }
}

/** The image that a candidate's configuration is compared with. */
interface Compared {
  readonly current: ImageDescription;
  /** The parent, where the registry has it. */
  readonly parent: ImageDescription | undefined;
}

/**
 * The promoted image; before the first promotion the parent where the registry has it, else the image that findings were
 * about. Where there is none of them, only what the configuration asks for is checked.
 */
async function comparedWith(
  { registry }: ScanProofPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
  built: ImageDescription,
): Promise<Compared> {
  const parent = await parentOf(registry, image);
  const before = await replacedBy(registry, image, head?.promoted, built);
  if (before !== undefined) return { current: before, parent };
  const adopted = parent === undefined ? head?.adopted?.digest : undefined;
  const scanned =
    adopted === undefined
      ? undefined
      : await registry.describe(
          digestReference(registry.referenceOf(image, image.floatingTag), adopted),
          image.architecture,
        );
  return { current: parent ?? scanned ?? built, parent };
}

/** Parents are rarely in the account's own registry; elsewhere no more than their digest can be known, which proves nothing here. */
async function parentOf(registry: ImageRegistry, image: GoldenImage): Promise<ImageDescription | undefined> {
  try {
    return await registry.parentOf(image);
  } catch (error) {
    if (error instanceof BadInputError) return undefined;
    throw error;
  }
}

/** What is known of the image that is to be replaced; where there is none, of the parent by the scanner. */
async function knownBefore(
  ports: ScanProofPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
  parent: ImageDescription | undefined,
): Promise<KnownVulnerabilities | undefined> {
  const current = currentDigest(head);
  if (current !== undefined) return await knownOn(ports, image, current);
  if (parent === undefined) return undefined;
  const repository = repositoryOf(parent.reference);
  const { state } = await ports.source.scanOf(repository, parent.digest);
  if (state !== 'scanned') return undefined;
  const { listed } = await readList(ports.source, repository, parent.digest);
  return { present: presentIn(listed), gone: [], isComplete: true };
}

/** `<repository>` of `<registry>/<repository>:<tag>` or `…@<digest>`. */
function repositoryOf(reference: string): string {
  const path = reference.slice(reference.indexOf('/') + 1);
  return path.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}

async function outcomesOf(
  { scripts }: ScanProofPorts,
  patch: PatchItem,
  lists: {
    readonly before: readonly PresentFinding[];
    readonly after: readonly PresentFinding[];
    readonly layersAbove: ReadonlySet<string>;
  },
): Promise<TargetOutcome[]> {
  const ecosystem = ecosystemOfPatch(patch);
  if (ecosystem === undefined) return [];
  const report = await readScriptReport(scripts, patch);
  // The build starts from the parent: what its script found there as it should be, the parent has.
  const inParent = new Set(
    report.results.filter(({ result }) => result === 'already-fixed').map((result) => result.package),
  );
  const outcomes = judgeTargetsByScan(patch.targets, lists.before, lists.after, {
    ecosystem,
    claimed: claimedReasons(report),
    layersAbove: lists.layersAbove,
  });
  return outcomes.map((outcome) => ({
    ...outcome,
    ...(outcome.result !== 'residual' && inParent.has(outcome.package) && { inParent: true as const }),
  }));
}

/**
 * The layers of a candidate above those of its parent and of its patch.
 * @param stored digests as the manifest has them, which are the scanner's; an image's description has those of the
 *   uncompressed layers, in the same order
 */
function layersAbove(
  parent: ImageDescription | undefined,
  candidate: ImageDescription,
  stored: readonly string[],
): ReadonlySet<string> {
  const isKnown = parent !== undefined && isBuiltOn(parent, candidate);
  return new Set(isKnown ? stored.slice(parent.layers.length + PATCH_LAYERS) : []);
}
