import { redactLine, withoutKeys } from './redact';
import { plainText } from './untrusted-text';

/** Most bytes of a failed build's log that the next attempt is told. */
export const MAXIMUM_FAILURE_BYTES = 4_096;

/** Characters of the log's end that are looked at; what ended the build stands there. */
const LOOKED_AT = 64_000;

/** Control sequences of terminals (ECMA-48), which may stand in the middle of a word. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]{0,20}[A-Za-z]`, 'g');

/** Lines that tell why a package manager failed, in the words of apt, dpkg, dnf, yum, microdnf, zypper and apk. */
const TELLING =
  /\b(?:E:|W:|error|errors|fail(?:ed|ure)?|cannot|could not|unable|conflicts?|unmet|depends|requires|nothing provides|problem|held|not found|no match|404|403|unsatisfiable|broken|refus\w+|result=)/i;

/** Characters of a line that are looked at; many more than are kept, so that no secret is cut in two. */
const LINE = 1_000;

/**
 * The part of a failed build's log that tells the next attempt what went wrong: secrets redacted, plain ASCII, at most
 * 4,096 bytes, the last telling lines first to be kept. It comes out of an image and a network: not to be trusted.
 */
export function failureContext(log: string): string {
  const lines = withoutKeys(lastLines(log)).map((line) => redactLine(line.slice(0, LINE)));
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

/** The lines at the end; one that begins before what is looked at is left out, for its beginning tells what it is. */
function lastLines(log: string): string[] {
  const end = log.slice(-LOOKED_AT).replace(COLOURS, '');
  const lines = end.split(/\r\n|\r|\n/);
  return log.length > LOOKED_AT && lines.length > 1 ? lines.slice(1) : lines;
}

function hasText({ text }: { text: string }): boolean {
  return text !== '';
}
