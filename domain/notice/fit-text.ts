/** Longest line that is kept, in characters. */
const LINE_LIMIT = 4000;
/** Room for the line that counts what was left out, in bytes. */
const COUNT_BYTES = 80;
/** Everything that is no text of a line: controls, line and paragraph separators. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** A text from outside as one line of well-formed text. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, ' ').toWellFormed();
}

/**
 * Joins lines to a text of at most so many bytes. A line that is too long is cut, lines that do not fit are left out; both
 * are counted where they are missing.
 * @param maximumBytes of the text in UTF-8
 */
export function fitText(lines: readonly string[], maximumBytes: number): string {
  const whole = lines.map(fitLine);
  const text = whole.join('\n');
  if (Buffer.byteLength(text) <= maximumBytes) return text;
  let bytes = COUNT_BYTES;
  const end = whole.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) > maximumBytes);
  const left = whole.length - end;
  return [
    ...whole.slice(0, end),
    `… and ${left} ${left === 1 ? 'line' : 'lines'} more, left out for their length`,
  ].join('\n');
}

function fitLine(line: string): string {
  const text = oneLine(line);
  if (text.length <= LINE_LIMIT) return text;
  const left = text.length - LINE_LIMIT;
  return `${text.slice(0, LINE_LIMIT).toWellFormed()} … (${left} characters more)`;
}
