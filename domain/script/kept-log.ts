import { redactLine, withoutKeys } from '../author/redact';
import { EXIT_MARKER, parseResultLines, RESULT_MARKER } from './result-lines';

/** Most characters of a log's end that are kept. */
const END_LIMIT = 262_144;
/** Most characters of the script's own lines that are kept beside. */
const REPORT_LIMIT = 1_048_576;
/** Most characters of one line that are kept; so bounded, no line takes long to redact. */
const LINE_LIMIT = 1_000;

/** Control sequences of terminals (ECMA-48), and control characters but tab and line ends. */
const CONTROLS = new RegExp(
  String.raw`\u001b\[[0-?]{0,20}[ -/]{0,4}[@-~]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]`,
  'g',
);

/**
 * What of a builder's log is worth keeping with a patch: what the script said of its targets and of its end, wherever it
 * stands, as lines of their own that come first; then the end of the log, whose lines are cut, redacted, and free of
 * control characters. It still comes out of an image and a network: not to be trusted.
 * @returns at most some 1.3 million characters, well-formed; empty where the log has nothing
 */
export function keptLog(log: string): string {
  const text = log.toWellFormed().replace(CONTROLS, '');
  const { lines, leftOut } = lastLines(text.split(/\r\n|\r|\n/).filter(isNotReported));
  const kept = [
    ...reportLines(text),
    ...(leftOut > 0 ? [`[${leftOut} lines left out]`] : []),
    ...withoutKeys(lines).map(redactLine),
  ].join('\n');
  return kept.trim() === '' ? '' : `${kept.trimEnd()}\n`;
}

function isNotReported(line: string): boolean {
  return !line.includes(RESULT_MARKER) && !line.includes(EXIT_MARKER);
}

function reportLines(text: string): string[] {
  const { results, exitCode } = parseResultLines(text);
  const lines: string[] = [];
  let room = REPORT_LIMIT;
  for (const result of results) {
    const line = `${RESULT_MARKER}${JSON.stringify(result)}`;
    room -= line.length + 1;
    if (room < 0) break;
    lines.push(line);
  }
  return exitCode === undefined ? lines : [...lines, `${EXIT_MARKER}${exitCode}`];
}

function lastLines(all: readonly string[]): { readonly lines: readonly string[]; readonly leftOut: number } {
  const cut = all.map((line) => line.slice(0, LINE_LIMIT));
  let [first, room] = [cut.length, END_LIMIT];
  while (first > 0 && room > (cut[first - 1] ?? '').length) {
    first -= 1;
    room -= (cut[first] ?? '').length + 1;
  }
  return { lines: cut.slice(first), leftOut: first };
}
