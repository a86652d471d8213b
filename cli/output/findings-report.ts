import type { FindingRow } from '../../domain/status/finding-rows';
import { printLine } from './console';
import { table } from './table';

const HEADER = ['IMAGE', 'STATE', 'SEVERITY', 'PACKAGE', 'INSTALLED → FLOOR', 'FIRST SEEN', 'KEY'];

/** Prints a list of findings for a person. */
export function printFindings(rows: readonly FindingRow[]): void {
  if (rows.length === 0) printLine('No finding is known that was asked for.');
  else printLine(table(HEADER, rows.map(cellsOf), undefined, { wholeLast: true }));
}

function cellsOf({
  image,
  key,
  package: name,
  installed,
  floor,
  severity,
  state,
  reason,
  firstSeen,
}: FindingRow): string[] {
  const verdict = reason === undefined ? state : `${state} (${reason})`;
  const versions = `${installed ?? 'unknown'} → ${floor ?? 'no fix'}`;
  return [image, verdict, severity, name, versions, firstSeen.slice(0, 10), key];
}
