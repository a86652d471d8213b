/** What takes the place of a secret. */
const REDACTED = '[redacted]';

/** Secrets by their shape. Lines are bounded before, so that no expression can take long. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b/g, REDACTED],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abprs]-)[A-Za-z0-9_-]{16,}/g, REDACTED],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, REDACTED],
  [/:\/\/[^\s/]*@/g, `://${REDACTED}@`],
  [
    /([?&][A-Za-z0-9_.-]{0,60}?(?:sig|signature|token|key|credential|secret|password)[A-Za-z0-9_.-]{0,60}=)[^\s&]+/gi,
    `$1${REDACTED}`,
  ],
  [/\b[A-Za-z0-9+/]{64,}={0,2}/g, REDACTED],
];

/** Words that name a secret. */
const NAMES = /password|passwd|secret|token|api[_-]?key|access[_-]?key|credential|authorization|"auth"/gi;
/** What follows the name where a value is given: `=`, `:`, quotes, an authentication scheme. */
const GIVEN =
  /[A-Za-z0-9_-]{0,60}["']?\s{0,4}[:=]\s{0,4}(?:(?:bearer|basic|digest|negotiate)\s{1,4})?("[^"]*"?|'[^']*'?|[^\s,;}]+)/iy;
/** A value after blanks: of an option (`--password x`), or in netrc's words (`password x`). */
const AFTER_BLANKS = /[A-Za-z0-9_-]{0,60}\s{1,4}("[^"]*"?|'[^']*'?|[^\s,;]+)/y;

/** Takes what looks like a secret out of one line, and leaves what tells what it was. */
export function redactLine(line: string): string {
  return SHAPES.reduce((clean, [pattern, by]) => clean.replace(pattern, by), withoutNamedSecrets(line));
}

function withoutNamedSecrets(line: string): string {
  let clean = '';
  let done = 0;
  for (const match of line.matchAll(NAMES)) {
    if (match.index < done) continue;
    const value = valueAfter(line, match.index, match[0]);
    if (value === undefined) continue;
    clean += line.slice(done, value.start) + REDACTED;
    done = value.end;
  }
  return clean + line.slice(done);
}

function valueAfter(line: string, index: number, name: string): { start: number; end: number } | undefined {
  const from = index + name.length;
  const isOption = /(?:^|\s)--?[A-Za-z0-9_-]{0,60}$/.test(line.slice(Math.max(0, index - 64), index));
  const isNetrc = name.toLowerCase() === 'password' && /(?:^|\s)$/.test(line.slice(Math.max(0, index - 1), index));
  for (const pattern of [GIVEN, ...(isOption || isNetrc ? [AFTER_BLANKS] : [])]) {
    pattern.lastIndex = from;
    const found = pattern.exec(line);
    const [, value] = found ?? [];
    if (found === null || value === undefined) continue;
    const end = found.index + found[0].length;
    return { start: end - value.length, end };
  }
  return undefined;
}

const BEGIN = /-----BEGIN [A-Z ]{0,40}-----/;
const END = /-----END [A-Z ]{0,40}-----/;

/** Takes keys in PEM form out of lines, also where only their end is there: each becomes one line. */
export function withoutKeys(lines: readonly string[]): string[] {
  const firstEnd = lines.findIndex((line) => END.test(line));
  const firstBegin = lines.findIndex((line) => BEGIN.test(line));
  const startsInside = firstEnd !== -1 && (firstBegin === -1 || firstEnd < firstBegin);
  const kept: string[] = startsInside ? [REDACTED] : [];
  let inside = startsInside;
  for (const line of lines) {
    if (!inside && BEGIN.test(line)) {
      inside = true;
      kept.push(REDACTED);
    } else if (!inside) kept.push(line);
    if (inside && END.test(line)) inside = false;
  }
  return kept;
}
