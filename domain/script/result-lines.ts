import { z } from 'zod';
import { ECOSYSTEM_IDS } from '../ecosystems/ecosystem';
import { RESIDUAL_REASONS, TARGET_RESULTS } from './result-line';

/** What starts the line of one target. */
export const RESULT_MARKER = 'golden-images-result ';

/** What starts the last line; the exit code follows. */
export const EXIT_MARKER = 'golden-images-exit ';

/** Longest prefix, in characters, that a builder puts before a line. */
const MAX_PREFIX = 200;

/** Longest line that is parsed, in characters; a target of a thousand binaries has half of it. */
const MAX_LINE = 262_144;

/** Most targets that are kept of one log. */
const MAX_RESULTS = 10_000;

/**
 * Words that builders put before a line: `STEP 3/5:` (buildah), `#8 1.234` (BuildKit), times, levels and
 * `Stdout:` (Image Builder). The script's own echo of a tool's output starts with `|` and is none of them.
 */
const PREFIX_WORD =
  /^(?:STEP|\d{1,4}\/\d{1,4}:|#\d{1,6}|\d{1,9}\.\d{1,9}|\[[\w /.:-]{0,60}\]|[\d:.,TZ+/-]{4,40}|info|debug|stdout:|stderr:)$/i;

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+~^:_-]{0,255}$/);
const version = z.string().regex(/^[A-Za-z0-9.+~^:_-]{0,512}$/);

const binarySchema = z.strictObject({
  name,
  arch: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  before: version,
  after: version,
});

const resultSchema = z
  .strictObject({
    ecosystem: z.enum(ECOSYSTEM_IDS),
    package: name,
    floor: version.min(1),
    result: z.enum(TARGET_RESULTS),
    reason: z.enum(RESIDUAL_REASONS).exactOptional(),
    binaries: z.array(binarySchema).max(4096),
  })
  .refine((line) => (line.result === 'residual') === (line.reason !== undefined), {
    message: 'a residual has a reason, nothing else has one',
  });

/** What the script says of one target. */
export type ScriptTargetResult = Readonly<z.infer<typeof resultSchema>>;

/** What the script said; `exitCode` is absent where the log has no last line of a script. */
export interface ScriptReport {
  readonly results: ScriptTargetResult[];
  readonly exitCode?: number;
}

/**
 * Finds the script's lines in a build log. The log is not trusted: what is malformed is ignored, later lines of the
 * same package win (the script prints its own last), and the work is linear in the log's length. Such lines are
 * evidence, never proof: anything that runs in the build can print them.
 */
export function parseResultLines(log: string): ScriptReport {
  const results = new Map<string, ScriptTargetResult>();
  for (const text of linesWith(log, RESULT_MARKER)) {
    const result = parseResult(text);
    if (result === undefined) continue;
    const key = `${result.ecosystem} ${result.package}`;
    if (results.has(key) || results.size < MAX_RESULTS) results.set(key, result);
  }
  let exitCode: number | undefined;
  for (const text of linesWith(log, EXIT_MARKER)) {
    if (/^\d{1,3}$/.test(text) && Number(text) <= 255) exitCode = Number(text);
  }
  return { results: [...results.values()], ...(exitCode === undefined ? {} : { exitCode }) };
}

function parseResult(text: string): ScriptTargetResult | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = resultSchema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** What follows the marker, for each line that has it first or behind nothing but a builder's words. */
function* linesWith(log: string, marker: string): Generator<string> {
  let from = 0;
  for (;;) {
    const at = log.indexOf(marker, from);
    if (at === -1) return;
    const newline = log.indexOf('\n', at);
    const end = newline === -1 ? log.length : newline;
    const before = log.slice(Math.max(from, at - MAX_PREFIX - 1), at);
    const start = before.lastIndexOf('\n') + 1;
    const whole = start > 0 || at - before.length === 0 || log[at - before.length - 1] === '\n';
    if (whole && end - at <= MAX_LINE && isBuilderPrefix(before.slice(start))) {
      yield log.slice(at + marker.length, end).trimEnd();
    }
    from = end + 1;
  }
}

function isBuilderPrefix(text: string): boolean {
  return text.split(' ').every((word) => word === '' || PREFIX_WORD.test(word));
}
