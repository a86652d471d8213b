import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import { newestOn } from '../../domain/lineage/observation-on';
import type { Clock, FindingTable } from '../../domain/ports';
import { isPresent } from '../../domain/proof/listed-findings';
import type { ResidualReason } from '../../domain/script/result-line';
import { findingDraft } from '../../domain/table/finding-draft';
import type { FindingItem, Observation } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import type { JudgedPart } from '../../domain/table/finding-state';
import { judgeFinding, sameVerdict } from '../../domain/table/finding-state';
import type { ObservedPart } from '../../domain/table/fold-observation';
import { foldObservation, semanticHash, toObservation } from '../../domain/table/fold-observation';
import type { ItemKey } from '../../domain/table/items';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import type { Draft } from '../../domain/table/update-item';
import { updateItem } from '../../domain/table/update-item';
import type { KnownScan } from './candidate-proof';

/** How findings are observed on a digest that was scanned. */
export interface ObserveScanOptions {
  readonly digest: string;
  readonly scan: KnownScan;
  readonly exceptions: Estate['exceptions'];
  /** Digests whose findings speak about this one too. */
  readonly from: ReadonlySet<string>;
  /** Digests whose observations must stay. */
  readonly keep: ReadonlySet<string>;
  /** Why a finding about a package stays, where a build has just shown that. */
  readonly residual: (packageName: string, floor: string | undefined) => ResidualReason | undefined;
}

/**
 * Notes, for every finding of an image, what a completed scan of a digest says about it, and judges it there: what is
 * listed as ingest-finding would, also where the table never saw it; what is not listed, and was seen on one of the
 * digests `from`, is proven gone. Repeating it changes nothing.
 */
export async function observeScan(
  { table, clock }: { readonly table: FindingTable; readonly clock: Clock },
  image: GoldenImage,
  options: ObserveScanOptions,
): Promise<void> {
  const pk = imagePartition(image.name);
  const now = clock();
  const known = (await table.query(pk, FINDING_PREFIX)).filter(isFindingItem);
  const items = new Map(known.map((item) => [item.sk, item]));
  for (const sk of new Set([...items.keys(), ...options.scan.listed.keys()])) {
    const fold = (item: FindingItem | undefined): Draft<FindingItem> | undefined =>
      observed(image, { pk, sk }, item, { ...options, now });
    // What has nothing to say is not read again.
    if (fold(items.get(sk)) !== undefined) await updateItem<FindingItem>(table, { pk, sk }, isFindingItem, fold);
  }
}

/** A finding with what the scan says of it, judged; undefined where that is known. */
function observed(
  image: GoldenImage,
  key: ItemKey,
  known: FindingItem | undefined,
  options: ObserveScanOptions & { readonly now: Date },
): Draft<FindingItem> | undefined {
  const facts = options.scan.listed.get(key.sk) ?? [];
  const about = known ?? facts[0];
  const part = about && observe(image, known, facts, options);
  if (about === undefined || part === undefined) return undefined;
  const seen = { ...part, ...(known?.seenIn !== undefined && { seenIn: known.seenIn }) };
  const { exceptions, digest: current, now } = options;
  const verdict = judgeFinding(about, seen, known, { image, exceptions, current, now });
  const reason =
    verdict.state === 'OPEN' ? options.residual(about.package, part.observations[current]?.floor) : undefined;
  const judged: JudgedPart =
    reason === undefined ? verdict : { ...verdict, state: 'RESIDUAL', reason, residualSince: now.toISOString() };
  const isSame = part === known && sameVerdict(known, judged);
  return isSame ? undefined : findingDraft(key, image, about, seen, judged);
}

/** @returns what is known of a finding with this scan; `known` itself where it tells nothing new */
function observe(
  image: GoldenImage,
  known: FindingItem | undefined,
  facts: readonly Finding[],
  { digest, scan, from, keep: kept }: ObserveScanOptions,
): ObservedPart | undefined {
  const keep = new Set([...kept, digest]);
  const keepText = image.policy.findingText === 'include';
  const observed = facts.reduce<ObservedPart | undefined>(
    (part, fact) => foldObservation(part, digest, toObservation(fact, keepText), fact.firstObservedAt, keep),
    known,
  );
  if (isPresent(facts) || observed === undefined) return observed;
  const own = observed.observations[digest];
  if (own?.proof === 'scan') return observed;
  const seenIn = known?.seenIn;
  const before = own ?? newestOn({ ...observed, ...(seenIn !== undefined && { seenIn }) }, from);
  if (before === undefined) return observed;
  return foldObservation(observed, digest, provenGone(before, own, scan), observed.firstObservedAt, keep);
}

/** A completed scan of the digest lists it no more. */
function provenGone(before: Observation, own: Observation | undefined, { at, pushedAt }: KnownScan): Observation {
  const { semanticHash: _hash, closedBecause: _because, pushedAt: _pushed, ...facts } = before;
  const gone = {
    ...facts,
    status: 'CLOSED' as const,
    proof: 'scan' as const,
    derived: true as const,
    // Any word of the scanner on this digest is of a later time than its push, and takes this one's place: also one that its
    // list did not have yet. Only what it has closed there itself does not.
    observedAt: own?.status === 'CLOSED' ? shifted(own.observedAt, 1) : shifted(pushedAt ?? at, -1),
    ...(pushedAt !== undefined && { pushedAt }),
  };
  return { ...gone, semanticHash: semanticHash(gone) };
}

function shifted(time: string, milliseconds: number): string {
  return new Date(Date.parse(time) + milliseconds).toISOString();
}
