import { compareCharacters, compareDigits, endOfDigits, isDigit, isLetter, type Comparison } from './characters';

const COLON = 0x3a;
const CARET = 0x5e;
const TILDE = 0x7e;

/** rpm keeps an epoch in 32 bits without a sign. */
const MAX_EPOCH = 4_294_967_295;

/** What may stand at one place of a version; of two versions equal so far the one with the higher kind is newer. */
const TILDE_MARK = 0;
const END = 1;
const CARET_MARK = 2;
const LETTERS = 3;
const DIGITS = 4;

/**
 * Compares two `[epoch:]version[-release]` as rpm's own `rpm.vercmp` does (rpm 4.15 and later: tilde and caret).
 * An absent epoch is `0`. An absent release is lower than any release, also an empty one: it does not match
 * everything, as it would in a dependency. Total: text that is no version is compared by the same rules.
 * @see rpm-version(7) and the tests `tests/rpmvercmp.at` of rpm
 */
export function compareRpmVersions(a: string, b: string): Comparison {
  if (a === b) return 0;
  const aDigits = endOfDigits(a, 0, a.length);
  const bDigits = endOfDigits(b, 0, b.length);
  const aHasEpoch = a.charCodeAt(aDigits) === COLON;
  const bHasEpoch = b.charCodeAt(bDigits) === COLON;
  const byEpoch = compareDigits(a, 0, aHasEpoch ? aDigits : 0, b, 0, bHasEpoch ? bDigits : 0);
  if (byEpoch !== 0) return byEpoch;
  const aDash = a.lastIndexOf('-');
  const bDash = b.lastIndexOf('-');
  const byVersion = comparePart(
    a,
    aHasEpoch ? aDigits + 1 : 0,
    aDash < 0 ? a.length : aDash,
    b,
    bHasEpoch ? bDigits + 1 : 0,
    bDash < 0 ? b.length : bDash,
  );
  if (byVersion !== 0) return byVersion;
  if (aDash < 0 || bDash < 0) return aDash < 0 ? (bDash < 0 ? 0 : -1) : 1;
  return comparePart(a, aDash + 1, a.length, b, bDash + 1, b.length);
}

/**
 * True for `[epoch:]version[-release]` in the characters that rpmbuild allows, where version and release start with a
 * letter or digit and `..` does not occur (rpmbuild refuses it too). The length is the caller's to limit.
 */
export function isRpmVersion(text: string): boolean {
  const match = /^(?:([0-9]+):)?[A-Za-z0-9][A-Za-z0-9._+~^]*(?:-[A-Za-z0-9][A-Za-z0-9._+~^]*)?$/.exec(text);
  return match !== null && !text.includes('..') && Number(match[1] ?? 0) <= MAX_EPOCH;
}

/** Compares two versions or two releases, segment by segment. */
function comparePart(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): Comparison {
  let i = aStart;
  let j = bStart;
  for (;;) {
    i = skipSeparators(a, i, aEnd);
    j = skipSeparators(b, j, bEnd);
    const kind = kindAt(a, i, aEnd);
    const otherKind = kindAt(b, j, bEnd);
    if (kind !== otherKind) return kind < otherKind ? -1 : 1;
    if (kind === END) return 0;
    if (kind === TILDE_MARK || kind === CARET_MARK) {
      i++;
      j++;
      continue;
    }
    const numeric = kind === DIGITS;
    const aSegment = numeric ? endOfDigits(a, i, aEnd) : endOfLetters(a, i, aEnd);
    const bSegment = numeric ? endOfDigits(b, j, bEnd) : endOfLetters(b, j, bEnd);
    const bySegment = numeric
      ? compareDigits(a, i, aSegment, b, j, bSegment)
      : compareCharacters(a, i, aSegment, b, j, bSegment);
    if (bySegment !== 0) return bySegment;
    i = aSegment;
    j = bSegment;
  }
}

function kindAt(text: string, at: number, end: number): number {
  if (at >= end) return END;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return DIGITS;
  if (code === TILDE) return TILDE_MARK;
  return code === CARET ? CARET_MARK : LETTERS;
}

function skipSeparators(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isSeparator(text.charCodeAt(at))) at++;
  return at;
}

function endOfLetters(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isLetter(text.charCodeAt(at))) at++;
  return at;
}

/** Everything but ASCII letters and digits, tilde and caret only separates segments. */
function isSeparator(code: number): boolean {
  return !isDigit(code) && !isLetter(code) && code !== TILDE && code !== CARET;
}
