import { redactLine, withoutKeys } from '../author/redact';
import { EXIT_MARKER, parseResultLines, RESULT_MARKER } from './result-lines';

/** Most characters of a log's end that are kept. */
const END_LIMIT = 262_144;
/** Most characters of the script's own lines that are kept beside. */
const REPORT_LIMIT = 1_048_576;
/** Most characters of one line that are kept. */
const LINE_LIMIT = 1_000;
/** Characters of a line that are redacted: more than are kept, so that no secret is cut in two; no line takes long. */
const LINE_LOOKED_AT = 2_000;

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
  const { lines, leftOut } = lastLines(text);
  const kept = [
    ...reportLines(text),
    ...(leftOut > 0 ? [`[${leftOut} characters left out]`] : []),
    ...withoutKeys(lines.filter(isNotReported)).map((line) => redactLine(line).slice(0, LINE_LIMIT).toWellFormed()),
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

/** The lines at the end, none without its beginning: that tells what it is. */
function lastLines(text: string): { readonly lines: readonly string[]; readonly leftOut: number } {
  const isWhole = text.length <= END_LIMIT;
  const lines = text.slice(-END_LIMIT).split(/\r\n|\r|\n/);
  const [cut = ''] = lines;
  const leftOut = isWhole ? 0 : text.length - END_LIMIT + Math.min(cut.length + 1, END_LIMIT);
  return { lines: (isWhole ? lines : lines.slice(1)).map((line) => line.slice(0, LINE_LOOKED_AT)), leftOut };
}
