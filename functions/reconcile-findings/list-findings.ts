import type { GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import { findingSortKey } from '../../domain/finding/finding-key';
import { listedAgain } from '../../domain/reconcile/closing';
import type { FindingItem } from '../../domain/table/finding-item';
import { foldObservation, toObservation } from '../../domain/table/fold-observation';
import { keptDigests } from '../../domain/table/head-item';
import { readFacts } from './image-facts';
import type { ReconcilePorts } from './reconcile-ports';

/** What the scanner lists of an image's repository. */
export interface Listing {
  /** ISO 8601; before the first page was asked for. */
  readonly startedAt: string;
  /** Findings by {@link listingKey}, of any status. */
  readonly listed: ReadonlySet<string>;
  /** True where every page was read to its end and understood: only then does a missing finding mean anything. */
  readonly isComplete: boolean;
  /** Findings that told something new. */
  readonly ingested: number;
  readonly malformed: number;
  /** Why it was broken off, where a page could not be had or ingested. */
  readonly error?: unknown;
}

/** Name of a finding on a digest in a {@link Listing}. */
export function listingKey(digest: string, findingKey: string): string {
  return `${digest}\n${findingKey}`;
}

/**
 * Reads the scanner's list of an image's repository, page by page, and ingests what the table does not know yet: what an
 * event that was lost would have told. What is known costs no write, and what was ingested before it is broken off stays.
 */
export async function listFindings(ports: ReconcilePorts, image: GoldenImage): Promise<Listing> {
  const { table, source, useCases, clock, logger, isLate = () => false } = ports;
  const startedAt = clock().toISOString();
  const listed = new Set<string>();
  let [ingested, malformed, wasCutOff] = [0, 0, false];
  const listing = (more: Pick<Listing, 'isComplete' | 'error'>): Listing => ({
    startedAt,
    listed,
    ingested,
    malformed,
    ...more,
  });
  try {
    const { head, findings } = await readFacts(table, image);
    const known = new Map(findings.map((finding) => [finding.sk, finding]));
    const keep = keptDigests(head);
    for await (const page of source.findingsOf(image.repository)) {
      malformed += page.problems.length;
      const facts = page.findings.filter(({ repository }) => repository === image.repository);
      for (const fact of facts) listed.add(listingKey(fact.digest, findingSortKey(fact)));
      const news = facts
        .map((fact) => listedAgain(fact, known.get(findingSortKey(fact))?.observations[fact.digest]))
        .filter((fact) => isNews(image, fact, known.get(findingSortKey(fact)), keep));
      if (news.length > 0) ingested += (await useCases.ingest(news)).folded;
      wasCutOff = isLate();
      if (wasCutOff) {
        logger.warn('no time left for the rest of the list: nothing is concluded from it', { image: image.name });
        break;
      }
    }
    return listing({ isComplete: !wasCutOff && malformed === 0 });
  } catch (error) {
    return listing({ isComplete: false, error });
  }
}

/** True where ingesting a fact would change the finding's item. */
function isNews(image: GoldenImage, fact: Finding, known: FindingItem | undefined, keep: ReadonlySet<string>): boolean {
  if (known === undefined) return true;
  const observation = toObservation(fact, image.policy.findingText === 'include');
  return foldObservation(known, fact.digest, observation, fact.firstObservedAt, keep) !== known;
}
