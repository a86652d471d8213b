import pc from 'picocolors';
import type { MalformedRecord } from '../run/ingest-files';
import { printLine } from './console';
import { printable } from './printable';

/** Malformed records that are shown on a terminal; `--json` lists them all. */
const SHOWN = 10;

/** Prints the records that could not be used, to standard error. */
export function printMalformed(malformed: readonly MalformedRecord[]): void {
  for (const { source, line, path, message } of malformed.slice(0, SHOWN))
    process.stderr.write(
      `${pc.yellow('malformed:')} ${printable(`${source}:${line}: ${path === '' ? 'record' : path} ${message}`)}\n`,
    );
  if (malformed.length > SHOWN)
    process.stderr.write(`${pc.yellow('malformed:')} and ${malformed.length - SHOWN} more; --json lists them\n`);
}

/** Prints one line of counts, if there is anything to count. */
export function printCounts(title: string, counts: Readonly<Record<string, number>>): void {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  if (parts.length > 0) printLine(`${title}: ${parts.join(', ')}`);
}

/** Rows of a table of targets. */
export function targetRows(
  targets: readonly { readonly package: string; readonly floor: string; readonly vulnerabilities: readonly string[] }[],
): string[][] {
  return targets.map((target) => [target.package, target.floor, shortList(target.vulnerabilities)]);
}

/** The first few of a list and how many more there are. */
export function shortList(values: readonly string[]): string {
  const shown = values.slice(0, 2).join(' ');
  return values.length > 2 ? `${shown} +${values.length - 2}` : shown;
}
