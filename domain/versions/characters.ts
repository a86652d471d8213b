/** How the first of two things stands to the second: -1 lower, 0 equal, 1 higher. */
export type Comparison = -1 | 0 | 1;

const ZERO = 0x30;
const NINE = 0x39;

/** True for the code of an ASCII digit; false for any other code and for `NaN`. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** True for the code of an ASCII letter. */
export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/** Index of the first character at or after `from` and before `end` that is no ASCII digit; `end` if there is none. */
export function endOfDigits(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/**
 * Compares two runs of digits as whole numbers of any length; an empty run is zero. Digits are compared, never
 * converted: a date with a commit count already exceeds what a `number` can hold.
 * @param aEnd index after the run of `a`
 * @param bEnd index after the run of `b`
 */
export function compareDigits(
  a: string,
  aStart: number,
  aEnd: number,
  b: string,
  bStart: number,
  bEnd: number,
): Comparison {
  let i = aStart;
  let j = bStart;
  while (i < aEnd && a.charCodeAt(i) === ZERO) i++;
  while (j < bEnd && b.charCodeAt(j) === ZERO) j++;
  const surplus = aEnd - i - (bEnd - j);
  return surplus === 0 ? compareCharacters(a, i, aEnd, b, j, bEnd) : surplus < 0 ? -1 : 1;
}

/** Compares two ranges of text character by character; a proper prefix is lower (the order of C's `strcmp`). */
export function compareCharacters(
  a: string,
  aStart: number,
  aEnd: number,
  b: string,
  bStart: number,
  bEnd: number,
): Comparison {
  const common = Math.min(aEnd - aStart, bEnd - bStart);
  for (let offset = 0; offset < common; offset++) {
    const difference = a.charCodeAt(aStart + offset) - b.charCodeAt(bStart + offset);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  const surplus = aEnd - aStart - (bEnd - bStart);
  return surplus === 0 ? 0 : surplus < 0 ? -1 : 1;
}
