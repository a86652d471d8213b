import type { Finding } from '../finding';
import { mergeFacts } from '../merge-facts';
import { outsideAlphabet } from '../package-alphabet';
import type { IgnoredReason, ParsedRecord } from '../parse-record';
import type { RecordProblem } from '../record-problem';
import { describeValue } from '../record-problem';
import type { ImageIdentity } from './image-identity';
import { documentDigest } from './image-identity';

/** What a whole document came to. */
export interface ParsedDocument extends ParsedRecord {
  /** Entries that were looked at: vulnerabilities of a scan result; 1 for an event or a finding of a listing. */
  readonly records: number;
}

/** A fact of a scan result, before it is known which image it is about. */
export type ScannedFact = Omit<Finding, 'repository' | 'digest' | 'tags' | 'pushedAt'>;

/** Gathers what a document says. */
export interface ScanCollector {
  records: number;
  readonly facts: ScannedFact[];
  readonly ignored: IgnoredReason[];
  readonly problems: RecordProblem[];
}

/** A collector with nothing in it. */
export function emptyScan(): ScanCollector {
  return { records: 0, facts: [], ignored: [], problems: [] };
}

/**
 * Adds a fact, unless its name or floor is outside its package manager's alphabet.
 * @param path JSON path of the entry
 */
export function addFact(scan: ScanCollector, fact: ScannedFact, path: string): void {
  const outside = outsideAlphabet(fact);
  if (outside === undefined) {
    scan.facts.push(fact);
    return;
  }
  const [what, value] =
    outside.part === 'name' ? ['package name', fact.package] : ['fixed version', fact.floor ?? 'missing'];
  scan.problems.push({ path, message: `has the ${what} ${describeValue(value)}, not ${outside.expected}` });
}

/**
 * Makes findings of the facts of one document, which are all about one image.
 * @param identity what the document says of its image; without a digest, one is made of `serial`, or else of the facts,
 *   and counts as pushed at `observedAt`
 */
export function finishScan(
  scan: ScanCollector,
  identity: Omit<ImageIdentity, 'digest'> & { readonly digest?: string },
  serial: string | undefined,
): ParsedDocument {
  const { records, facts, ignored, problems } = scan;
  const { repository, tags, pushedAt } = identity;
  const digest = identity.digest ?? documentDigest(serial ?? JSON.stringify(facts));
  const findings = facts.map((fact): Finding => ({
    ...fact,
    repository,
    digest,
    tags,
    ...(identity.digest === undefined ? { pushedAt: fact.observedAt } : pushedAt !== undefined && { pushedAt }),
  }));
  return { records, findings: mergeFacts(findings), ignored, problems };
}
