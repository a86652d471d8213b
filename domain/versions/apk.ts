import { compareCharacters, compareDigits, endOfDigits, isDigit, type Comparison } from './characters';

const DASH = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const UNDERSCORE = 0x5f;
const LOWER_A = 0x61;
const LOWER_F = 0x66;
const LOWER_R = 0x72;
const LOWER_Z = 0x7a;
const TILDE = 0x7e;

/** Suffixes that mark what comes before a release, lowest first. */
const PRE_RELEASE = ['alpha', 'beta', 'pre', 'rc'];
/** Suffixes that mark what comes after a release, lowest first. */
const POST_RELEASE = ['cvs', 'svn', 'git', 'hg', 'p'];

/** Kinds of token; of two versions that are equal so far the one whose next token has the higher kind is newer. */
const PRE_SUFFIX = 0;
const MALFORMED = 1;
const END = 2;
const REVISION = 3;
const HASH = 4;
const SUFFIX_NUMBER = 5;
const POST_SUFFIX = 6;
const LETTER = 7;
const COMPONENT = 8;
const FIRST = 9;

/** The token of a version that is being looked at: its kind and the range of its text, without the mark before it. */
interface Token {
  kind: number;
  start: number;
  end: number;
  /** Place of a suffix in its list. */
  suffix: number;
}

/**
 * Compares two Alpine versions, `number{.number}{letter}{_suffix{number}}{~hash}{-r#}`, as apk-tools 3 does.
 *
 * After the first number, numbers with a leading zero are compared character by character, as fractions are: so
 * 1.02 < 1.1. apk-tools 2 counted the zeros instead, and differs on numbers such as `012` and `02`, or `0` and `001`
 * (apk-tools issue 10882). Total: a version is read up to what breaks the grammar, and that is lower than an end there.
 * @see apk-package(5), "version"; examples in `test/version.data` of apk-tools
 */
export function compareApkVersions(a: string, b: string): Comparison {
  if (a === b) return 0;
  const x: Token = { kind: FIRST, start: 0, end: 0, suffix: 0 };
  const y: Token = { kind: FIRST, start: 0, end: 0, suffix: 0 };
  readNumber(x, a, 0, FIRST);
  readNumber(y, b, 0, FIRST);
  for (;;) {
    if (x.kind !== y.kind) return x.kind < y.kind ? -1 : 1;
    if (x.kind === END || x.kind === MALFORMED) return 0;
    const byToken = compareTokens(x, a, y, b);
    if (byToken !== 0) return byToken;
    advance(x, a);
    advance(y, b);
  }
}

/** True for text of the grammar of apk-package(5). The length is the caller's to limit. */
export function isApkVersion(text: string): boolean {
  return /^[0-9]+(?:\.[0-9]+)*[a-z]?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*(?:~[0-9a-f]+)?(?:-r[0-9]+)?$/.test(
    text,
  );
}

/** Compares two tokens of the same kind. */
function compareTokens(x: Token, a: string, y: Token, b: string): Comparison {
  switch (x.kind) {
    case PRE_SUFFIX:
    case POST_SUFFIX:
      return x.suffix === y.suffix ? 0 : x.suffix < y.suffix ? -1 : 1;
    case COMPONENT:
      if (a.charCodeAt(x.start) !== ZERO && b.charCodeAt(y.start) !== ZERO) break;
      return compareCharacters(a, x.start, x.end, b, y.start, y.end);
    case LETTER:
    case HASH:
      return compareCharacters(a, x.start, x.end, b, y.start, y.end);
  }
  return compareDigits(a, x.start, x.end, b, y.start, y.end);
}

/** Moves a token to the next one of its text. */
function advance(token: Token, text: string): void {
  const previous = token.kind;
  const from = token.end;
  if (from >= text.length) {
    token.kind = END;
    return;
  }
  token.kind = MALFORMED;
  const code = text.charCodeAt(from);
  const afterSuffix = previous === PRE_SUFFIX || previous === POST_SUFFIX;
  if (code === DOT) {
    if (previous >= COMPONENT) readNumber(token, text, from + 1, COMPONENT);
  } else if (code === DASH) {
    if (previous !== REVISION && text.charCodeAt(from + 1) === LOWER_R) readNumber(token, text, from + 2, REVISION);
  } else if (code === UNDERSCORE) {
    if (afterSuffix || previous >= SUFFIX_NUMBER) readSuffix(token, text, from + 1);
  } else if (code === TILDE) {
    if (afterSuffix || previous >= SUFFIX_NUMBER) readHash(token, text, from + 1);
  } else if (isDigit(code)) {
    if (afterSuffix) readNumber(token, text, from, SUFFIX_NUMBER);
  } else if (code >= LOWER_A && code <= LOWER_Z && previous >= COMPONENT) {
    setToken(token, LETTER, from, from + 1);
  }
}

function readNumber(token: Token, text: string, from: number, kind: number): void {
  const end = endOfDigits(text, from, text.length);
  setToken(token, end === from ? MALFORMED : kind, from, end);
}

function readSuffix(token: Token, text: string, from: number): void {
  let end = from;
  while (text.charCodeAt(end) >= LOWER_A && text.charCodeAt(end) <= LOWER_Z) end++;
  const word = text.slice(from, end);
  const pre = PRE_RELEASE.indexOf(word);
  token.suffix = pre < 0 ? POST_RELEASE.indexOf(word) : pre;
  setToken(token, token.suffix < 0 ? MALFORMED : pre < 0 ? POST_SUFFIX : PRE_SUFFIX, from, end);
}

function readHash(token: Token, text: string, from: number): void {
  let end = from;
  while (isHexDigit(text.charCodeAt(end))) end++;
  setToken(token, end === from ? MALFORMED : HASH, from, end);
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= LOWER_A && code <= LOWER_F);
}

function setToken(token: Token, kind: number, start: number, end: number): void {
  token.kind = kind;
  token.start = start;
  token.end = end;
}
