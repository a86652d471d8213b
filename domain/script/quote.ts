import { BadInputError } from '../errors';

/** Characters that could end a line or hide text: controls, format characters (bidirectional marks), lone surrogates. */
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * One POSIX shell word in single quotes; a quote inside becomes `'\''` (POSIX.1-2024, XCU 2.2.2).
 * @throws BadInputError where the text has a newline, another control character or an invisible format character
 */
export function quote(text: string): string {
  if (NOT_PRINTABLE.test(text)) {
    throw new BadInputError(`text for the script has a control character: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
