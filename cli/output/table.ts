import pc from 'picocolors';
import { printable } from './printable';

/** Widest that a column gets. */
const MAX_WIDTH = 60;

/** Bold on a terminal, or where colours are asked for. Not in a pipe of a CI, which picocolors would colour. */
const { bold } = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY || process.env['FORCE_COLOR'] !== undefined),
);

/**
 * Lays rows out in aligned columns.
 * @param header names of the columns
 * @param rows texts from outside; made printable here, cut to 60 characters
 * @param color colours a cell after it was padded; default none
 * @param options.wholeLast never cuts the last column, e.g. of keys that are copied; default false
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  color: (text: string, column: number, row: number) => string = (text) => text,
  { wholeLast = false }: { readonly wholeLast?: boolean } = {},
): string {
  const isWhole = (column: number): boolean => wholeLast && column === header.length - 1;
  const cells = rows.map((row) =>
    row.map((cell, column) => (isWhole(column) ? printable(cell) : shorten(printable(cell)))),
  );
  const widths = header.map((name, column) =>
    cells.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), name.length),
  );
  const line = (row: readonly string[], paint: (text: string, column: number) => string): string =>
    row
      .map((cell, column) => paint(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0), column))
      .join('  ')
      .trimEnd();
  return [
    line(header, (text) => bold(text)),
    ...cells.map((row, index) => line(row, (text, column) => color(text, column, index))),
  ].join('\n');
}

function shorten(text: string): string {
  if (text.length <= MAX_WIDTH) return text;
  const characters = Array.from(text);
  return characters.length <= MAX_WIDTH ? text : `${characters.slice(0, MAX_WIDTH - 1).join('')}…`;
}
