import type { GoldenImage } from '../config/golden-image';
import type { Severity } from '../finding/severity';
import { SEVERITIES } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import { approvalExpiry } from '../table/approval-expiry';
import type { FindingItem } from '../table/finding-item';
import { isFindingItem } from '../table/finding-item';
import type { HeadItem } from '../table/head-item';
import { currentDigest, isHeadItem } from '../table/head-item';
import type { TableItem } from '../table/items';
import { movedTag } from '../table/moved-tag';
import type { PatchItem, PatchState } from '../table/patch-item';
import { isInFlight, isPatchItem } from '../table/patch-item';
import { isReplanItem } from '../table/replan-item';

/** Open findings of one severity. */
export interface OpenCount {
  readonly severity: Severity;
  readonly count: number;
  /** ISO 8601; when the oldest of them was first seen. */
  readonly oldest: string;
}

/** A patch on its way. */
export interface PatchStatus {
  readonly patch: number;
  readonly state: PatchState;
  /** ISO 8601. */
  readonly since: string;
  readonly targets: number;
  readonly rebuild?: true;
}

/** How an image stands: what a person wants to know of it first. Absent values are left out. */
export interface ImageStatus {
  /** HEAD's state; absent where nothing is known of the image yet. */
  readonly state?: HeadItem['state'];
  /** Digest that findings are judged on. */
  readonly current?: string;
  readonly promoted?: {
    readonly digest: string;
    readonly reference: string;
    /** ISO 8601. */
    readonly since: string;
    readonly patch?: number;
  };
  /** That the floating tag is not on the promoted image, where it was seen so: then nothing here is about what people get by it. */
  readonly tagMoved?: {
    readonly tag: string;
    /** Digest that it is on; absent where there is no such tag any more. */
    readonly at?: string;
    /** ISO 8601; when it was first seen there. */
    readonly since: string;
  };
  /** Digest that a rollback would bring back. */
  readonly previous?: string;
  /** Worst first. */
  readonly open: readonly OpenCount[];
  /** Counts by reason. */
  readonly parked: Readonly<Record<string, number>>;
  readonly residual: Readonly<Record<string, number>>;
  readonly fixed: number;
  /** The patch that is being built or proven, or waits for its build. */
  readonly inFlight?: PatchStatus;
  /** Patches that wait for a person's word. */
  readonly waiting: readonly (PatchStatus & {
    /** ISO 8601; after it the word comes too late. */
    readonly expiresAt: string;
  })[];
  /** The newest patch that is only recorded. */
  readonly observed?: PatchStatus;
  /** How the newest patch ended, where it did not end well. */
  readonly ended?: PatchStatus & { readonly reason?: string; readonly detail?: string };
  /** Failed builds in a row that stopped the image. */
  readonly stoppedAfter?: number;
  /** Why generate-patch is to look at it again, and from when on. */
  readonly replan?: { readonly why: string; readonly notBefore?: string };
}

const READY_OR_BUILDING = (patch: PatchItem): boolean => isInFlight(patch) || patch.state === 'READY';
/** Ends after which a person may have to do something. */
const BAD_ENDS: ReadonlySet<PatchState> = new Set(['HELD', 'FAILED', 'REJECTED', 'EXPIRED', 'ROLLED_BACK']);

/** How an image stands, by its items of the table. */
export function imageStatus(image: GoldenImage, items: readonly TableItem[]): ImageStatus {
  const head = items.find(isHeadItem);
  const patches = items.filter(isPatchItem);
  const findings = items.filter(isFindingItem);
  const request = items.find(isReplanItem);
  const current = currentDigest(head);
  const tag = movedTag(items);
  const inFlight = patches.findLast(READY_OR_BUILDING);
  const observed = patches.findLast(({ state }) => state === 'OBSERVED');
  const newest = patches.findLast(({ state }) => state !== 'SUPERSEDED');
  const ended = newest !== undefined && BAD_ENDS.has(newest.state) ? newest : undefined;
  return {
    ...(head !== undefined && { state: head.state }),
    ...(current !== undefined && { current }),
    ...(head?.promoted !== undefined && { promoted: promotedOf(head.promoted) }),
    ...(tag !== undefined && {
      tagMoved: { tag: image.floatingTag, ...(tag.at !== undefined && { at: tag.at }), since: tag.since },
    }),
    ...(head?.previous !== undefined && { previous: head.previous.digest }),
    open: openOf(findings),
    parked: countReasons(findings, 'PARKED'),
    residual: countReasons(findings, 'RESIDUAL'),
    fixed: findings.filter(({ state }) => state === 'FIXED').length,
    ...(inFlight !== undefined && { inFlight: statusOf(inFlight) }),
    waiting: patches
      .filter(({ state }) => state === 'AWAITING_APPROVAL')
      .map((patch) => ({ ...statusOf(patch), expiresAt: approvalExpiry(patch, image.policy).toISOString() })),
    ...(observed !== undefined && { observed: statusOf(observed) }),
    ...(ended !== undefined && { ended: endOf(ended) }),
    ...(head?.state === 'STOPPED' && { stoppedAfter: head.failures }),
    ...(request?.state === 'REQUESTED' && {
      replan: { why: request.why, ...(request.notBefore !== undefined && { notBefore: request.notBefore }) },
    }),
  };
}

function promotedOf({
  digest,
  reference,
  since,
  patch,
}: NonNullable<HeadItem['promoted']>): NonNullable<ImageStatus['promoted']> {
  return { digest, reference, since, ...(patch !== undefined && { patch }) };
}

function statusOf({ sequence, state, stateSince, targets, rebuild }: PatchItem): PatchStatus {
  return {
    patch: sequence,
    state,
    since: stateSince,
    targets: targets.length,
    ...(rebuild === true && { rebuild }),
  };
}

function endOf(patch: PatchItem): NonNullable<ImageStatus['ended']> {
  const { reason, detail } = patch;
  return {
    ...statusOf(patch),
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
  };
}

function openOf(findings: readonly FindingItem[]): OpenCount[] {
  const counts = new Map<Severity, { count: number; oldest: string }>();
  for (const finding of findings) {
    if (finding.state !== 'OPEN') continue;
    const observed = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
    const severity = observed?.severity ?? 'UNTRIAGED';
    const known = counts.get(severity) ?? { count: 0, oldest: finding.firstObservedAt };
    const oldest = finding.firstObservedAt < known.oldest ? finding.firstObservedAt : known.oldest;
    counts.set(severity, { count: known.count + 1, oldest });
  }
  return [...SEVERITIES].reverse().flatMap((severity) => {
    const found = counts.get(severity);
    return found === undefined ? [] : [{ severity, ...found }];
  });
}

function countReasons(findings: readonly FindingItem[], state: 'PARKED' | 'RESIDUAL'): Record<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    if (finding.state !== state) continue;
    const reason = finding.reason ?? 'unknown';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}
