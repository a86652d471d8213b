import { findingsFiles, readFindings } from '../../adapters/local/findings-reader';
import { BadInputError } from '../../domain/errors';
import type { Finding } from '../../domain/finding/finding';
import { parseDocument } from '../../domain/finding/parse-document';
import type { IngestResult } from '../../functions/ingest-finding/ingest-finding';
import { userPath } from '../user-path';

/** Facts that are folded in one go. */
const BATCH = 500;
/** Malformed records that are listed; the rest is only counted. */
const MAX_LISTED = 1000;

/** A record that could not be used. */
export interface MalformedRecord {
  readonly source: string;
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

/** What reading the findings came to. */
export interface IngestSummary {
  /** Events, findings of a listing, and single vulnerabilities of scan results. */
  readonly records: number;
  readonly malformed: readonly MalformedRecord[];
  /** Facts that were known already. */
  readonly duplicates: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Findings that could be read: one of each vulnerability and package. */
  readonly findings: number;
  /** How many of them are about repositories that are not declared, by repository. */
  readonly undeclared: Readonly<Record<string, number>>;
  /** Names of the golden images that facts were about. */
  readonly images: ReadonlySet<string>;
}

/**
 * Reads findings files into the table. A record that cannot be used is reported and never stops the others.
 * @param isDeclared true of a repository whose findings have a golden image; default all have one
 * @throws BadInputError where a path does not exist, or not one record of all files could be used
 */
export async function ingestFiles(
  paths: readonly string[],
  ingest: (findings: readonly Finding[]) => Promise<IngestResult>,
  isDeclared: (repository: string) => boolean = () => true,
): Promise<IngestSummary> {
  const summary = { records: 0, findings: 0, duplicates: 0, usable: 0, images: new Set<string>() };
  const malformed: MalformedRecord[] = [];
  const ignored = new Map<string, number>();
  const undeclared = new Map<string, number>();
  const count = (reason: string, by = 1, into = ignored): void => {
    if (by > 0) into.set(reason, (into.get(reason) ?? 0) + by);
  };
  let batch: Finding[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const result = await ingest(batch);
    batch = [];
    summary.duplicates += result.duplicates;
    count('unattributed', result.unattributed);
    for (const image of result.images) summary.images.add(image);
  };
  const report = (record: MalformedRecord): void => {
    if (malformed.length < MAX_LISTED) malformed.push(record);
    else if (malformed.length === MAX_LISTED)
      malformed.push({
        ...record,
        path: '',
        message: `more than ${MAX_LISTED} records are malformed; the rest is not listed`,
      });
  };

  const files = (await Promise.all(paths.map(async (path) => await findingsFiles(userPath(path))))).flat();
  for (const file of files) {
    let empty = true;
    for await (const entry of readFindings(file)) {
      empty = false;
      if ('message' in entry) {
        report(entry);
        continue;
      }
      const { records, findings, ignored: reasons, problems } = parseDocument(entry.value, { name: entry.source });
      summary.records += records;
      reasons.forEach((reason) => {
        count(reason);
      });
      for (const problem of problems)
        report({
          source: entry.source,
          line: entry.line,
          path: join(entry.path, problem.path),
          message: problem.message,
        });
      if (findings.length > 0 || problems.length === 0) summary.usable++;
      // One scan result may hold more facts than one call takes arguments.
      for (const finding of findings) {
        summary.findings++;
        if (!isDeclared(finding.repository)) count(finding.repository, 1, undeclared);
        batch.push(finding);
        if (batch.length >= BATCH) await flush();
      }
    }
    if (empty) summary.usable++;
  }
  await flush();
  const [first] = malformed;
  if (summary.usable === 0 && first !== undefined) throw unusable(malformed, first);
  return {
    records: summary.records,
    malformed,
    duplicates: summary.duplicates,
    ignored: sorted(ignored),
    findings: summary.findings,
    undeclared: sorted(undeclared),
    images: summary.images,
  };
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function unusable(malformed: readonly MalformedRecord[], first: MalformedRecord): BadInputError {
  const where = [`${first.source}:${first.line}`, first.path].filter((part) => part !== '').join(': ');
  const more = malformed.length > 1 ? ` (and ${malformed.length - 1} more)` : '';
  return new BadInputError(`no finding could be read: ${where} ${first.message}${more}`, {
    hint: 'give Inspector2 EventBridge events (one, or JSON lines), the output of "aws inspector2 list-findings" or "trivy image --format json", or a CycloneDX scan of Inspector',
  });
}

function join(left: string, right: string): string {
  return left === '' || right === '' || right.startsWith('[') ? left + right : `${left}.${right}`;
}
