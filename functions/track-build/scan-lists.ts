import type { GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import type { RecordProblem } from '../../domain/finding/record-problem';
import { exceptionFor } from '../../domain/policy/exception';
import type { RiskException } from '../../domain/policy/exception';
import type { Clock, FindingSource, FindingTable } from '../../domain/ports';
import type { KnownVulnerabilities, ListedFindings, PresentFinding } from '../../domain/proof/listed-findings';
import { goneInTable, listFindings, presentIn, presentInTable } from '../../domain/proof/listed-findings';
import { isFindingItem } from '../../domain/table/finding-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';

/** What lists of a scanner are read with. */
export interface ScanListPorts {
  readonly table: FindingTable;
  readonly source: FindingSource;
  readonly exceptions: readonly RiskException[];
  readonly clock: Clock;
}

/** A scanner's list of one image. */
export interface ScanList {
  readonly listed: ListedFindings;
  /** Records that could not be read: what is not in `listed` may be in one of these. */
  readonly problems: readonly RecordProblem[];
}

/** Reads everything that a scanner lists of an image now. */
export async function readList(source: FindingSource, repository: string, digest: string): Promise<ScanList> {
  const findings: Finding[] = [];
  const problems: RecordProblem[] = [];
  for await (const page of source.findingsOf(repository, digest)) {
    findings.push(...page.findings);
    problems.push(...page.problems);
  }
  return { listed: listFindings(findings), problems };
}

/** Hours in which a scanner that has learned something may not have looked at every image yet. */
export const SCANNER_GRACE_HOURS = 1;

/**
 * The vulnerabilities that an image of a golden image's repository has: a fresh list where the scanner still looks at it,
 * so that what was published since its own proof is on it too; else what was seen of it.
 */
export async function knownOn(
  { table, source }: Pick<ScanListPorts, 'table' | 'source'>,
  image: GoldenImage,
  digest: string,
): Promise<KnownVulnerabilities> {
  const { state } = await source.scanOf(image.repository, digest);
  const items = (await table.query(imagePartition(image.name), FINDING_PREFIX)).filter(isFindingItem);
  const [seen, gone] = [presentInTable(items, digest), goneInTable(items, digest)];
  if (state !== 'scanned') return { present: seen, gone, isComplete: false };
  const { listed, problems } = await readList(source, image.repository, digest);
  // Where a part of the list cannot be read, what was seen before is better than nothing.
  return {
    present: problems.length === 0 ? presentIn(listed) : [...presentIn(listed), ...seen],
    gone: [],
    isComplete: true,
  };
}

/**
 * The vulnerabilities that events have told of an image, and its list has not: it may be behind. What it lists as closed is
 * not among them.
 */
export async function seenBeside(
  { table }: Pick<ScanListPorts, 'table'>,
  image: GoldenImage,
  digest: string,
  listed: ListedFindings,
): Promise<PresentFinding[]> {
  const items = (await table.query(imagePartition(image.name), FINDING_PREFIX)).filter(isFindingItem);
  const missing = items.filter(({ sk, observations }) => {
    const own = observations[digest];
    return own !== undefined && own.status !== 'CLOSED' && !listed.has(sk);
  });
  return presentInTable(missing, digest);
}

/** Tells whether a risk is accepted by an exception that is in force. */
export function acceptedRisk(
  { exceptions, clock }: Pick<ScanListPorts, 'exceptions' | 'clock'>,
  image: GoldenImage,
): (finding: PresentFinding) => boolean {
  const now = clock();
  return (finding) => exceptionFor(finding, image.name, exceptions, now) !== undefined;
}
