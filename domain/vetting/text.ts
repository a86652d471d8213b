/** Most characters that all proposed texts may have together. */
export const MAXIMUM_CHARACTERS = 20_000;

/** Most simple commands (and most texts) that one proposal may have. */
export const MAXIMUM_COMMANDS = 500;

/** Most characters of a command that a refusal repeats. */
const MAXIMUM_SHOWN = 200;

/** Anything but printable ASCII, tab and newline. */
const FOREIGN = /[^\t\n\x20-\x7e]/u;

/** Text that is shown as it is. */
const PRINTABLE = /^[\x21-\x7e]*$/;

/** Where a text has a character that no command needs. */
export interface ForeignCharacter {
  /** The character as `\u{hex}`. */
  readonly shown: string;
  /** The line that it stands in, without its line end. */
  readonly line: string;
}

/** @returns the first character of a text that is not printable ASCII, tab or newline */
export function findForeignCharacter(text: string): ForeignCharacter | undefined {
  const index = FOREIGN.exec(text)?.index;
  if (index === undefined) return undefined;
  const end = text.indexOf('\n', index);
  const line = text.slice(text.lastIndexOf('\n', index) + 1, end === -1 ? text.length : end);
  return { shown: escapeCharacter(text.codePointAt(index) ?? 0), line };
}

/**
 * Makes a piece of untrusted text safe to print: continuation lines are joined, runs of blanks become one space,
 * everything but printable ASCII becomes `\u{hex}`, and the result has at most `limit` characters.
 */
export function visible(text: string, limit: number = MAXIMUM_SHOWN): string {
  if (text.length <= limit && PRINTABLE.test(text)) return text;
  // No more input than `limit` can show is looked at, whatever the length of the text.
  const piece = text
    .slice(0, limit * 4)
    .replace(/\\\n/g, '')
    .replace(/[ \t]+/g, ' ');
  let shown = '';
  for (const character of piece) {
    const code = character.codePointAt(0) ?? 0;
    shown += code >= 0x20 && code <= 0x7e ? character : escapeCharacter(code);
    if (shown.length > limit) return `${shown.slice(0, limit - 3)}...`;
  }
  return shown.trim();
}

function escapeCharacter(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
