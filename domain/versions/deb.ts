import { compareDigits, endOfDigits, isDigit, isLetter, type Comparison } from './characters';

const COLON = 0x3a;
const TILDE = 0x7e;

/** dpkg keeps an epoch in a C `int` (lib/dpkg/parsehelp.c: "epoch in version is too big"). */
const MAX_EPOCH = 2_147_483_647;

/**
 * Compares two Debian versions as `dpkg --compare-versions` does: epoch, then upstream version, then revision; an
 * absent revision equals `0`. Total: text that is no version is compared by the same rules, and empty text is lower
 * than any other, as in dpkg.
 * @see Debian Policy 5.6.12 and deb-version(7)
 */
export function compareDebVersions(a: string, b: string): Comparison {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const aEpoch = endOfEpoch(a);
  const bEpoch = endOfEpoch(b);
  const byEpoch = compareDigits(a, 0, aEpoch, b, 0, bEpoch);
  if (byEpoch !== 0) return byEpoch;
  const aStart = aEpoch === 0 ? 0 : aEpoch + 1;
  const bStart = bEpoch === 0 ? 0 : bEpoch + 1;
  const aDash = a.lastIndexOf('-');
  const bDash = b.lastIndexOf('-');
  const aUpstreamEnd = aDash < aStart ? a.length : aDash;
  const bUpstreamEnd = bDash < bStart ? b.length : bDash;
  const byUpstream = comparePart(a, aStart, aUpstreamEnd, b, bStart, bUpstreamEnd);
  return byUpstream === 0 ? comparePart(a, aUpstreamEnd + 1, a.length, b, bUpstreamEnd + 1, b.length) : byUpstream;
}

/**
 * True for text that dpkg accepts as a version without a warning: `[epoch:]upstream[-revision]`, where the upstream
 * version starts with a digit. The length is the caller's to limit.
 * @see deb-version(7)
 */
export function isDebVersion(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon >= 0 && !isEpoch(text.slice(0, colon))) return false;
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  if (dash >= 0 && !/^[A-Za-z0-9.+~]+$/.test(rest.slice(dash + 1))) return false;
  return /^[0-9][A-Za-z0-9.+~:-]*$/.test(dash < 0 ? rest : rest.slice(0, dash));
}

function isEpoch(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) <= MAX_EPOCH;
}

/** Index of the colon after the epoch; 0 where there is no epoch. */
function endOfEpoch(text: string): number {
  const end = endOfDigits(text, 0, text.length);
  return text.charCodeAt(end) === COLON ? end : 0;
}

/** Compares two upstream versions or two revisions: stretches of non-digits and of digits in turn. */
function comparePart(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): Comparison {
  let i = aStart;
  let j = bStart;
  while (i < aEnd || j < bEnd) {
    while ((i < aEnd && !isDigit(a.charCodeAt(i))) || (j < bEnd && !isDigit(b.charCodeAt(j)))) {
      const difference = weightAt(a, i, aEnd) - weightAt(b, j, bEnd);
      if (difference !== 0) return difference < 0 ? -1 : 1;
      i++;
      j++;
    }
    const aDigits = endOfDigits(a, i, aEnd);
    const bDigits = endOfDigits(b, j, bEnd);
    const byNumber = compareDigits(a, i, aDigits, b, j, bDigits);
    if (byNumber !== 0) return byNumber;
    i = aDigits;
    j = bDigits;
  }
  return 0;
}

/** Weight of a character of a non-digit stretch: tilde, then the end of the stretch, letters, everything else. */
function weightAt(text: string, at: number, end: number): number {
  if (at >= end) return 0;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return 0;
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 256;
}
