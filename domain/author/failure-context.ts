import { plainText } from './untrusted-text';

/** Most bytes of a failed build's log that the next attempt is told. */
export const MAXIMUM_FAILURE_BYTES = 4_096;

/** Characters of the log's end that are looked at; what ended the build stands there. */
const LOOKED_AT = 64_000;

/** Lines that tell why a package manager failed, in the words of apt, dpkg, dnf, yum, microdnf, zypper and apk. */
const TELLING =
  /\b(?:E:|W:|error|errors|fail(?:ed|ure)?|cannot|could not|unable|conflicts?|unmet|depends|requires|nothing provides|problem|held|not found|no match|404|403|unsatisfiable|broken|refus\w+|result=)/i;

/** Secrets by their shape; each keeps its name, so that the line still tells something. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b/g, '[redacted]'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}\b/g, '[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, '[redacted]'],
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, '[redacted]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1[redacted]@'],
  [
    /([?&][A-Za-z0-9_.-]*(?:sig|signature|token|key|credential|secret|password)[A-Za-z0-9_.-]*=)[^\s&]+/gi,
    '$1[redacted]',
  ],
  [
    /\b([A-Za-z0-9_-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|credential|authorization)[A-Za-z0-9_-]*)(\s*[:=]\s*)(?:(?:bearer|basic)\s+)?\S+/gi,
    '$1$2[redacted]',
  ],
  [/\b[A-Za-z0-9+/]{64,}={0,2}/g, '[redacted]'],
];

/**
 * The part of a failed build's log that tells the next attempt what went wrong: secrets redacted, plain ASCII, at most
 * 4,096 bytes, the last telling lines first to be kept. It comes out of an image and a network: not to be trusted.
 */
export function failureContext(log: string): string {
  const lines = redact(log.slice(-LOOKED_AT)).split(/\r\n|\r|\n/);
  const numbered = lines.map((line, index) => ({ index, text: plainText(line.trimEnd(), 300) })).filter(hasText);
  const byWorth = [...numbered.filter(({ text }) => TELLING.test(text)).reverse(), ...numbered.reverse()];
  const kept = new Map<number, string>();
  let room = MAXIMUM_FAILURE_BYTES;
  for (const { index, text } of byWorth) {
    if (kept.has(index) || room < text.length + 1) continue;
    kept.set(index, text);
    room -= text.length + 1;
  }
  return [...kept]
    .sort(([left], [right]) => left - right)
    .map(([, text]) => text)
    .join('\n');
}

function redact(text: string): string {
  return SECRETS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

function hasText({ text }: { text: string }): boolean {
  return text !== '';
}
