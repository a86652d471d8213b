import type { GoldenImage } from '../../domain/config/golden-image';
import { closedObservation, closedReason } from '../../domain/reconcile/closing';
import type { ScanCoverage } from '../../domain/scan/image-scan';
import type { ClosedReason, FindingItem, Observation } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding } from '../../domain/table/finding-state';
import { currentDigest, keptDigests } from '../../domain/table/head-item';
import type { Draft } from '../../domain/table/update-item';
import { updateItem } from '../../domain/table/update-item';
import type { ImageFacts } from './image-facts';
import { readFacts } from './image-facts';
import type { Listing } from './list-findings';
import { listingKey } from './list-findings';
import type { Actions, ReconcilePorts } from './reconcile-ports';

/**
 * Closes, with the reason, the findings on an image's current, previous and candidate digest that a complete listing does
 * not have any more, and adds the reason to those that the scanner itself has closed. A closed finding is not a fixed one:
 * what was FIXED by proof stays so, and what applications built on the digest still have stays as it is.
 */
export async function closeVanished(
  ports: ReconcilePorts,
  image: GoldenImage,
  listing: Listing,
  coverage: readonly ScanCoverage[],
): Promise<Actions> {
  if (!listing.isComplete) return {};
  const { table, exceptions, clock } = ports;
  const facts = await readFacts(table, image);
  const closing = await reasons(ports, image, listing, facts, coverage);
  const counts: Partial<Record<`closed-${ClosedReason}`, number>> = {};
  for (const finding of facts.findings.filter((one) => vanishedFrom(one, closing.keys(), listing).length > 0)) {
    let closed: Readonly<Record<string, Observation>> = {};
    const { written } = await updateItem<FindingItem>(table, finding, isFindingItem, (known) => {
      const digests = known === undefined ? [] : vanishedFrom(known, closing.keys(), listing);
      if (known === undefined || digests.length === 0) return undefined;
      closed = closedOn(known, digests, closing);
      const observations = { ...known.observations, ...closed };
      const { state: _state, reason: _reason, judgedOn: _on, residualSince: _since, ...rest } = known;
      const context = { image, exceptions, current: currentDigest(facts.head), now: clock() };
      const draft: Draft<FindingItem> = {
        ...rest,
        observations,
        ...judgeFinding(known, { ...known, observations }, known, context),
      };
      return draft;
    });
    if (!written) continue;
    for (const { closedBecause } of Object.values(closed))
      if (closedBecause !== undefined) counts[`closed-${closedBecause}`] = (counts[`closed-${closedBecause}`] ?? 0) + 1;
  }
  return counts;
}

/** Why findings that vanished from a digest are closed; only digests where that is known. */
async function reasons(
  { registry }: ReconcilePorts,
  image: GoldenImage,
  listing: Listing,
  { head, patches, findings }: ImageFacts,
  coverage: readonly ScanCoverage[],
): Promise<ReadonlyMap<string, ClosedReason>> {
  const candidate = patches.find(({ sequence }) => sequence === head?.lease?.patch)?.candidate?.digest;
  const digests = new Set([...keptDigests(head), ...(candidate === undefined ? [] : [candidate])]);
  const found = new Map<string, ClosedReason>();
  for (const digest of digests) {
    if (!findings.some((finding) => vanishedFrom(finding, [digest], listing).length > 0)) continue;
    const isInRegistry = (await registry.unusable(image, digest)) !== 'image-not-found';
    const status = coverage.find((one) => one.digest === digest)?.status ?? { state: 'unknown' };
    const reason = closedReason(isInRegistry, status);
    if (reason !== undefined) found.set(digest, reason);
  }
  return found;
}

/** Digests on which a finding is to be closed, or lacks the reason why it was. */
function vanishedFrom(finding: FindingItem, digests: Iterable<string>, listing: Listing): string[] {
  return [...digests].filter((digest) => {
    const known = finding.observations[digest];
    return known !== undefined && isVanished(known, listing, listingKey(digest, finding.sk));
  });
}

/** What was observed after the listing began may be missing from it. */
function isVanished(
  { status, proof, closedBecause, observedAt }: Observation,
  { listed, startedAt }: Listing,
  key: string,
): boolean {
  if (proof !== undefined || closedBecause !== undefined) return false;
  return status === 'CLOSED' || (status === 'ACTIVE' && !listed.has(key) && observedAt < startedAt);
}

function closedOn(
  { observations }: FindingItem,
  digests: readonly string[],
  closing: ReadonlyMap<string, ClosedReason>,
): Record<string, Observation> {
  const closed: Record<string, Observation> = {};
  for (const digest of digests) {
    const [known, reason] = [observations[digest], closing.get(digest)];
    if (known !== undefined && reason !== undefined) closed[digest] = closedObservation(known, reason);
  }
  return closed;
}
