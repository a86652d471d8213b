import pc from 'picocolors';
import { printable } from './printable';

/** Widest that a column gets. */
const MAX_WIDTH = 60;

/**
 * Lays rows out in aligned columns.
 * @param header names of the columns
 * @param rows texts from outside; made printable here, cut to 60 characters
 * @param color colours a cell after it was padded; default none
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  color: (text: string, column: number, row: number) => string = (text) => text,
): string {
  const cells = rows.map((row) => row.map((cell) => shorten(printable(cell))));
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[], paint: (text: string, column: number) => string): string =>
    row
      .map((cell, column) => paint(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0), column))
      .join('  ')
      .trimEnd();
  return [
    line(header, (text) => pc.bold(text)),
    ...cells.map((row, index) => line(row, (text, column) => color(text, column, index))),
  ].join('\n');
}

function shorten(text: string): string {
  if (text.length <= MAX_WIDTH) return text;
  const characters = Array.from(text);
  return characters.length <= MAX_WIDTH ? text : `${characters.slice(0, MAX_WIDTH - 1).join('')}…`;
}
