import { join } from 'node:path';
import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable, ImageRegistry } from '../../domain/ports';
import type { BinaryChange } from '../../domain/plan/target-outcome';
import type { GoldenImagesError } from '../../domain/errors';
import { isFindingItem } from '../../domain/table/finding-item';
import type { PromotedDigest } from '../../domain/table/head-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { ReplanItem } from '../../domain/table/replan-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { EXIT } from '../exit-codes';
import type { MalformedRecord } from './ingest-files';
import { reportModel, type ReportedModel } from './reported-model';
import { isNothingDeclared } from './undeclared';

/** How a run ended for one image. */
export type Outcome =
  'patched' | 'nothing-to-do' | 'residual' | 'failed' | 'awaiting-approval' | 'observed' | 'not-built';

/** What became of one target. */
export interface ReportedTarget {
  readonly ecosystem: string;
  readonly package: string;
  readonly floor: string;
  /** Name that the findings use, where it differs. */
  readonly reportedAs?: string;
  readonly vulnerabilities: readonly string[];
  readonly result?: string;
  readonly reason?: string;
  readonly binaries: readonly BinaryChange[];
}

/** What `patch` tells of one image; absent values are left out. */
export interface ImageReport {
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly detail?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly patchId?: string;
  readonly script?: string;
  readonly evidence?: string;
  readonly author?: string;
  /** Who wrote the commands and why, in a sentence. */
  readonly authorReason?: string;
  /** What was asked of a model for it. */
  readonly model?: ReportedModel;
  readonly targets: readonly ReportedTarget[];
  readonly contract?: { readonly ok: boolean; readonly violations: readonly string[] };
  readonly parked: Readonly<Record<string, number>>;
}

/** What `patch` prints. */
export interface PatchReport {
  readonly images: Readonly<Record<string, ImageReport>>;
  readonly malformed: readonly MalformedRecord[];
  readonly duplicates: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Findings that could be read. */
  readonly findings: number;
  /** How many of them are about repositories that the configuration does not declare, by repository. */
  readonly undeclared: Readonly<Record<string, number>>;
}

/**
 * Reads from the table how an image stands after a run.
 * @param since greatest patch sequence before the run; later patches, and the one whose lease the run took over, are
 *   what the run did
 */
export async function reportImage(
  table: FindingTable,
  image: GoldenImage,
  since: { readonly sequence: number; readonly inFlight: number | undefined },
  statePath: string,
  registry: ImageRegistry | undefined,
): Promise<ImageReport> {
  const items = await table.query(imagePartition(image.name));
  const head = items.find(isHeadItem);
  const patches = items.filter(isPatchItem);
  const findings = items.filter(isFindingItem);
  const isOpen = findings.some((finding) => finding.state === 'OPEN');
  // What was taken back, because no finding asks for it any more, is as if it had never been planned.
  const latest = patches.filter(({ state }) => state !== 'SUPERSEDED').at(-1);
  const touched = latest !== undefined && (latest.sequence > since.sequence || latest.sequence === since.inFlight);
  const replan = items.find(isReplanItem);
  const waits = isOpen && replan?.state === 'REQUESTED' && replan.waitsFor === 'author' ? replan : undefined;
  const outcome = waits === undefined ? outcomeOf(latest, touched, isOpen) : 'not-built';
  const promoted = head?.promoted;
  const shown =
    touched || (isOpen && latest !== undefined) ? latest : patches.find((patch) => patch.sequence === promoted?.patch);
  const stopped =
    head?.state === 'STOPPED'
      ? `stopped after ${head.failures} failed builds in a row; look at the log, then run again with --retry`
      : undefined;
  const detail =
    waits === undefined
      ? [shown?.state === 'PROMOTED' ? undefined : shown?.detail, stopped].filter(Boolean).join('; ')
      : `${waits.why} The patch waits for the model; not before ${waits.notBefore ?? ''}, or when run again.`;
  return {
    outcome,
    ...reasonOf(waits, shown),
    ...(detail !== '' && { detail }),
    ...(promoted !== undefined && { image: await shownReference(image, promoted, registry), digest: promoted.digest }),
    ...(shown !== undefined && {
      patchId: shown.patchId,
      script: join(statePath, shown.scriptUri),
      author: shown.author,
      ...(shown.authorReason !== undefined && { authorReason: shown.authorReason }),
      ...(shown.model !== undefined && { model: reportModel(shown, shown.model) }),
    }),
    ...(shown?.evidenceUri !== undefined && { evidence: join(statePath, shown.evidenceUri) }),
    targets: touched || isOpen ? reportTargets(shown, findings) : [],
    ...contractOf(shown),
    parked: countParked(findings),
  };
}

function reasonOf(waits: ReplanItem | undefined, shown: PatchItem | undefined): { readonly reason?: string } {
  if (waits !== undefined) return { reason: 'model-unavailable' };
  return shown?.reason === undefined || shown.state === 'PROMOTED' ? {} : { reason: shown.reason };
}

/** The floating reference, where it really points at the promoted digest; else the immutable one. */
async function shownReference(
  image: GoldenImage,
  promoted: PromotedDigest,
  registry: ImageRegistry | undefined,
): Promise<string> {
  const floating = registry?.referenceOf(image, image.floatingTag);
  const shown = floating === undefined ? undefined : await registry?.describe(floating);
  return shown?.digest === promoted.digest ? shown.reference : promoted.reference;
}

function outcomeOf(latest: PatchItem | undefined, touched: boolean, isOpen: boolean): Outcome {
  if (latest === undefined || (!touched && !isOpen)) return 'nothing-to-do';
  switch (latest.state) {
    case 'PROMOTED': {
      if (!touched) return 'nothing-to-do';
      return (latest.outcomes ?? []).some((outcome) => outcome.result === 'residual') ? 'residual' : 'patched';
    }
    case 'HELD':
      if (latest.reason !== 'nothing-improved') return 'failed';
      return (latest.outcomes ?? []).some((outcome) => outcome.result === 'residual') ? 'residual' : 'nothing-to-do';
    case 'FAILED':
      return latest.reason === 'nothing-improved' ? 'residual' : 'failed';
    case 'AWAITING_APPROVAL':
      return 'awaiting-approval';
    case 'OBSERVED':
      return 'observed';
    case 'READY':
    case 'SIGNALED':
    case 'BUILDING':
    case 'CANDIDATE':
      return 'not-built';
    case 'REJECTED':
    case 'EXPIRED':
    case 'SUPERSEDED':
    case 'ROLLED_BACK':
      return 'nothing-to-do';
  }
}

function reportTargets(
  patch: PatchItem | undefined,
  findings: readonly { readonly package: string; readonly state: string; readonly reason?: string }[],
): ReportedTarget[] {
  return (patch?.targets ?? []).map((target) => {
    const outcome = patch?.outcomes?.find((one) => one.package === target.package);
    const residual = findings.find(
      (finding) => finding.state === 'RESIDUAL' && [target.package, target.reportedAs].includes(finding.package),
    );
    return {
      ecosystem: target.ecosystem,
      package: target.package,
      floor: target.floor,
      ...(target.reportedAs !== undefined && { reportedAs: target.reportedAs }),
      vulnerabilities: target.vulnerabilities,
      ...(outcome !== undefined && { result: outcome.result }),
      ...(outcome?.reason !== undefined && { reason: outcome.reason }),
      ...(outcome === undefined && residual !== undefined && { result: 'residual' }),
      ...(outcome === undefined && residual?.reason !== undefined && { reason: residual.reason }),
      binaries: outcome?.binaries ?? [],
    };
  });
}

function contractOf(patch: PatchItem | undefined): Pick<ImageReport, 'contract'> {
  if (patch?.outcomes === undefined) return {};
  const { violations = [] } = patch;
  return { contract: { ok: violations.length === 0, violations } };
}

function countParked(
  findings: readonly { readonly state: string; readonly reason?: string }[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state, reason } of findings)
    if (state === 'PARKED' && reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The report with a sentence for people, where it has none of its own. */
export function withDetail(report: ImageReport, detail: string | undefined): ImageReport {
  return detail === undefined || report.detail !== undefined ? report : { ...report, detail };
}

/** The report of an image whose run was ended by an error. */
export function failedReport(report: ImageReport, failure: GoldenImagesError): ImageReport {
  const detail = failure.hint === undefined ? failure.message : `${failure.message} (${failure.hint})`;
  return { ...report, outcome: 'failed', reason: failure.kind, detail };
}

/** The exit code that a report stands for: the worst of its images, and of what became of the input. */
export function exitCodeOf(report: PatchReport): number {
  return Math.max(exitCodeOfInput(report), ...Object.values(report.images).map(exitCodeOfImage));
}

/** What was read in part only must not look as if all of it had been acted on. */
function exitCodeOfInput(report: Pick<PatchReport, 'malformed' | 'findings' | 'undeclared'>): number {
  if (isNothingDeclared(report)) return EXIT.badInput;
  return report.malformed.length > 0 ? EXIT.refused : EXIT.ok;
}

function exitCodeOfImage(image: ImageReport): number {
  if (image.outcome === 'residual') return EXIT.refused;
  if (image.outcome !== 'failed') return EXIT.ok;
  switch (image.reason) {
    case 'bad-input':
      return EXIT.badInput;
    case 'contract-broken':
    case 'worse':
    case 'proof':
      return EXIT.proofFailed;
    default:
      return EXIT.buildFailed;
  }
}
