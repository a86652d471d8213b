/** One word of a simple command, quotes removed. */
export interface Word {
  readonly value: string;
  /** Length of the part of `value` before the first quote: all of it where nothing is quoted. */
  readonly bare: number;
  /** True where an unquoted `*`, `?` or `[` stands in it: the shell would expand it to file names. */
  readonly pattern: boolean;
}

/** A simple command, or a piece of text that is none. */
export type Statement =
  | { readonly kind: 'command'; readonly source: string; readonly words: readonly Word[] }
  | { readonly kind: 'error'; readonly source: string; readonly message: string };

const PLAIN = /[A-Za-z0-9._+:=/,@%^~#-]+/y;
const SINGLE_QUOTED = /'([^'\n]*)'/y;
const DOUBLE_QUOTED = /"([^"$`\\\n]*)"/y;

/** What to write instead of each character that the subset does not have. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['$', 'Write every value out: variables and command substitution ($) are not run.'],
  ['`', 'Write every value out: command substitution (backquotes) is not run.'],
  ['|', 'Use only "&&", ";" or a new line between commands: pipes and "||" are not run.'],
  ['&', 'Use "&&": a single "&" would put the command into the background.'],
  ['<', 'Leave redirections and here-documents out; quote a version condition as in "name >= version".'],
  ['>', 'Leave redirections out; quote a version condition as in "name >= version".'],
  ['(', 'Write plain commands one after the other: subshells and functions are not run.'],
  [')', 'Write plain commands one after the other: subshells and functions are not run.'],
  ['{', 'Write plain commands one after the other: groups and brace expansion are not run.'],
  ['}', 'Write plain commands one after the other: groups and brace expansion are not run.'],
  ['!', 'Leave "!" out: the result of a command cannot be negated.'],
  ['~', 'Name packages, not home directories: "~" cannot start a word.'],
  ['\\', 'Use a backslash only as the last character of a line; quote words with single quotes instead.'],
  ["'", 'Close the single quote on the line where it opens.'],
  ['"', 'Close the double quote on its line, and use no $, backquote or backslash inside it.'],
]);

/** State of one run over a text. */
interface Scan {
  readonly text: string;
  readonly statements: Statement[];
  at: number;
  /** Where the command being read starts, and where its last word ends. */
  start: number | undefined;
  end: number;
  words: Word[];
  word: { value: string; bare: number | undefined; pattern: boolean } | undefined;
  /** True between `&&` and the command that must follow. */
  afterAnd: boolean;
}

/**
 * Splits a text into simple commands joined by `&&`, `;` or newline. Words are unquoted, single-quoted, double-quoted
 * (without `$`, backquote and backslash) or concatenations of these; comments, continuation lines and blank lines are
 * understood (POSIX.1-2024, Shell Command Language, 2.2, 2.3 and 2.10). Anything else becomes an `error` that reaches
 * to the end of its line, and reading goes on with the next line. Linear in the length of the text.
 * @param text printable ASCII, tabs and newlines only; see `findForeignCharacter`
 */
export function lex(text: string): Statement[] {
  const scan: Scan = {
    text,
    statements: [],
    at: 0,
    start: undefined,
    end: 0,
    words: [],
    word: undefined,
    afterAnd: false,
  };
  while (scan.at < text.length) step(scan);
  endCommand(scan);
  if (scan.afterAnd) {
    scan.statements.push({ kind: 'error', source: lastLine(text), message: 'Write a command after the last "&&".' });
  }
  return scan.statements;
}

function step(scan: Scan): void {
  const character = scan.text[scan.at] ?? '';
  switch (character) {
    case ' ':
    case '\t':
      endWord(scan);
      scan.at += 1;
      return;
    case '\n':
      endCommand(scan);
      scan.at += 1;
      return;
    case ';':
      separate(scan, ';');
      return;
    case '&':
      if (scan.text[scan.at + 1] === '&') separate(scan, '&&');
      else fail(scan, UNSUPPORTED.get('&'));
      return;
    case '\\':
      if (scan.text[scan.at + 1] === '\n') scan.at += 2;
      else fail(scan, UNSUPPORTED.get('\\'));
      return;
    case "'":
      readQuoted(scan, SINGLE_QUOTED, character);
      return;
    case '"':
      readQuoted(scan, DOUBLE_QUOTED, character);
      return;
    case '*':
    case '?':
    case '[':
      beginWord(scan).pattern = true;
      append(scan, character, 1);
      return;
    default:
      readPlain(scan, character);
  }
}

function readPlain(scan: Scan, character: string): void {
  if (scan.word === undefined && character === '#') {
    const end = scan.text.indexOf('\n', scan.at);
    scan.at = end === -1 ? scan.text.length : end;
    return;
  }
  PLAIN.lastIndex = scan.at;
  const run = PLAIN.exec(scan.text)?.[0];
  if (run === undefined || (scan.word === undefined && character === '~')) fail(scan, UNSUPPORTED.get(character));
  else append(scan, run, run.length);
}

function readQuoted(scan: Scan, form: RegExp, quote: string): void {
  form.lastIndex = scan.at;
  const match = form.exec(scan.text);
  if (match === null) {
    fail(scan, UNSUPPORTED.get(quote));
    return;
  }
  const word = beginWord(scan);
  word.bare ??= word.value.length;
  append(scan, match[1] ?? '', match[0].length);
}

function beginWord(scan: Scan): NonNullable<Scan['word']> {
  scan.start ??= scan.at;
  scan.word ??= { value: '', bare: undefined, pattern: false };
  return scan.word;
}

function append(scan: Scan, value: string, consumed: number): void {
  beginWord(scan).value += value;
  scan.at += consumed;
  scan.end = scan.at;
}

function endWord(scan: Scan): void {
  if (scan.word === undefined) return;
  const { value, bare, pattern } = scan.word;
  scan.words.push({ value, bare: bare ?? value.length, pattern });
  scan.word = undefined;
}

function endCommand(scan: Scan): void {
  endWord(scan);
  if (scan.words.length === 0) return;
  const source = scan.text.slice(scan.start, scan.end);
  scan.statements.push({ kind: 'command', source, words: scan.words });
  scan.words = [];
  scan.start = undefined;
  scan.afterAnd = false;
}

function separate(scan: Scan, separator: ';' | '&&'): void {
  endWord(scan);
  if (scan.words.length === 0) {
    fail(scan, `Write a command before "${separator}", on the same line.`);
    return;
  }
  endCommand(scan);
  scan.afterAnd = separator === '&&';
  scan.at += separator.length;
}

/** Records an error up to the end of the logical line; a here-document takes the rest of the text with it. */
function fail(scan: Scan, message = 'Use only plain words, quotes, "&&", ";" and new lines.'): void {
  const { text, at } = scan;
  const end = logicalLineEnd(text, at);
  scan.statements.push({ kind: 'error', source: text.slice(scan.start ?? at, end), message });
  scan.words = [];
  scan.word = undefined;
  scan.start = undefined;
  scan.afterAnd = false;
  scan.at = text.startsWith('<<', at) ? text.length : end;
}

function logicalLineEnd(text: string, from: number): number {
  let end = text.indexOf('\n', from);
  while (end > 0 && text[end - 1] === '\\') end = text.indexOf('\n', end + 1);
  return end === -1 ? text.length : end;
}

function lastLine(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf('\n') + 1);
}
