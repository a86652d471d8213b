import { readFileIfThere, replaceFile } from '../adapters/local/files';
import { BadInputError } from '../domain/errors';
import type { Report, TextTable } from './report';
import { caseTable, helpSentence, summaryTable } from './report';

const BEGIN = '<!-- evaluation: begin; written by npm run evaluate, do not edit -->';
const END = '<!-- evaluation: end -->';

/** The tables of a report as Markdown, between the markers, as prettier lays tables out. */
export function toMarkdown(report: Report): string {
  return [
    BEGIN,
    '',
    `Answers by: ${report.models.join(', ')}. ${helpSentence(report.summary)}`,
    '',
    ...markdownTable(summaryTable(report.summary), true),
    '',
    ...markdownTable(caseTable(report.cases), false),
    '',
    END,
  ].join('\n');
}

/**
 * Puts the tables into a file: in place of what stands between the markers, or as a new file.
 * @throws BadInputError where the file exists and has no markers
 */
export async function writeMarkdown(path: string, report: Report): Promise<void> {
  const known = await readFileIfThere(path);
  const text = known === undefined ? `${toMarkdown(report)}\n` : replaceGenerated(known.toString('utf8'), report, path);
  await replaceFile(path, text);
}

/** The text with the part between the markers made anew. @throws BadInputError where it has no markers */
export function replaceGenerated(text: string, report: Report, path: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new BadInputError(`${path} has no part for the tables`, {
      hint: `put the lines "${BEGIN}" and "${END}" where they belong`,
    });
  return text.slice(0, begin) + toMarkdown(report) + text.slice(end + END.length);
}

function markdownTable({ header, rows }: TextTable, numeric: boolean): string[] {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const isRight = (column: number): boolean => numeric && column > 0;
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (isRight(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(cells[0] ?? []), line(rule), ...cells.slice(1).map(line)];
}
