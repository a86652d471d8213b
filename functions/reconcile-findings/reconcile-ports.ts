import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import type { RegistryReason } from '../../domain/policy/registry-reason';
import type { Clock, FindingSource, FindingTable, Logger, Metrics, Notifier, RebuildSignal } from '../../domain/ports';
import type { ParentDigest, ParentUnknown } from '../../domain/reconcile/parent-digest';
import type { Tally } from '../../domain/reconcile/tally';
import type { SignalRebuildResult } from '../signal-rebuild/signal-rebuild';
import type { StartBuildResult } from '../start-build/start-build';

/** What another use case came to. `nothing`: it found nothing to do. */
export interface Outcome {
  readonly did: string;
  readonly why?: string;
}

/** The use cases of the other functions that reconcile-findings sets going. */
export interface OtherUseCases {
  /** ingest-finding. */
  readonly ingest: (findings: readonly Finding[]) => Promise<{ readonly folded: number }>;
  /** ingest-finding: judges every finding again; what the registry says of the current digest is given where it was asked. */
  readonly judgeAgain: (image: GoldenImage, unusable?: RegistryReason) => Promise<void>;
  /** decide-approval: expires what has waited too long for a person. */
  readonly expireApprovals: (image: GoldenImage) => Promise<unknown>;
  readonly signalRebuild: (image: GoldenImage) => Promise<SignalRebuildResult>;
  readonly startBuild: (image: GoldenImage) => Promise<StartBuildResult>;
  readonly trackBuild: (image: GoldenImage) => Promise<Outcome>;
  /** track-build: takes a promoted image back whose checks fail later. */
  readonly checkPromoted: (image: GoldenImage) => Promise<unknown>;
  readonly rebuildImage: (
    image: GoldenImage,
    request: { readonly why: string; readonly by: string; readonly unattended: true },
  ) => Promise<Outcome>;
}

/** What reconcile-findings asks of the registry. */
export interface RegistryQuestions {
  /**
   * The digest of the image's parent, wherever it is.
   * @param known what was seen of it before
   * @returns why it is not known, where it is not; it throws where the account's own registry cannot be had
   */
  readonly parentDigest: (image: GoldenImage, known?: ParentDigest) => Promise<ParentDigest | ParentUnknown>;
  /**
   * Digest that the image's floating tag points at: of the image itself where the tag is of a list of manifests that has one
   * for its architecture. Undefined where there is no such tag.
   */
  readonly floatingDigest: (image: GoldenImage) => Promise<string | undefined>;
  /** Why a digest cannot be patched; undefined where it can. */
  readonly unusable: (image: GoldenImage, digest: string) => Promise<RegistryReason | undefined>;
  /** Whether the image's repository has any image that is not just a candidate. */
  readonly hasImages: (image: GoldenImage) => Promise<boolean>;
}

/** What reconcile-findings works with. */
export interface ReconcilePorts {
  readonly table: FindingTable;
  readonly source: FindingSource;
  readonly registry: RegistryQuestions;
  readonly signal: Pick<RebuildSignal, 'put'>;
  readonly notifier: Notifier;
  readonly useCases: OtherUseCases;
  readonly exceptions: Estate['exceptions'];
  /** Seconds that the stream's consumers gather records: within them nothing is lost yet. */
  readonly gatherSeconds: number;
  /** Days after push or last use in which the scanner scans an image again; absent where that is not known. */
  readonly rescanDays?: number;
  /** True where no more pages of a list should be asked for. @default never */
  readonly isLate?: () => boolean;
  /** Absent: what the use cases came to is not counted. */
  readonly metrics?: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Steps of the reconciliation of an image, in order. */
export type ReconcileStep =
  | 'list-findings'
  | 'read-coverage'
  | 'close-vanished'
  | 'judge-again'
  | 'expire-approvals'
  | 'move-on'
  | 'check-promoted'
  | 'watch-tag'
  | 'ask-for-build'
  | 'renew-replan'
  | 'warn-of-refusals'
  | 'warn-of-scan-ending'
  | 'tally';

/** What was put right; each is counted. */
export type ReconcileAction =
  | 'finding-ingested'
  | 'finding-malformed'
  | 'closed-image-deleted'
  | 'closed-scan-eligibility-expired'
  | 'closed-gone'
  | 'build-started'
  | 'build-refused'
  | 'signal-repeated'
  | 'build-tracked'
  | 'rebuild-signaled'
  | 'replan-requested'
  | 'replan-repeated'
  | 'first-build'
  | 'parent-changed'
  | 'promoted-gone'
  | 'refusals-noticed'
  | 'scan-ending-noticed'
  | 'tag-moved-noticed';

/** What a step did. */
export type Actions = Readonly<Partial<Record<ReconcileAction, number>>>;

/** What became of an image. */
export interface ReconcileResult {
  readonly image: string;
  readonly actions: Actions;
  /** Steps that failed. The others were taken: each looks at the table anew. */
  readonly troubles: readonly { readonly step: ReconcileStep; readonly error: unknown }[];
  /** How the image stands after it; absent where that could not be read. */
  readonly tally?: Tally;
}
