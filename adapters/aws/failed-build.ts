import { plainText } from '../../domain/author/untrusted-text';
import type { BuildStatus } from '../../domain/ports';
import { parseResultLines } from '../../domain/script/result-lines';

/** Exit code by which a script says that it ran to its end and nothing got better. */
const NOTHING_IMPROVED = 10;
/** Longest detail that is kept, in characters. */
const DETAIL_LIMIT = 1000;

/** An exit code in what docker, AWSTOE and the shell say, each in its own words. */
const EXIT_CODE =
  /\b(?:exit (?:code|status)|exited with(?: code)?|non-zero (?:exit )?(?:code|status))\W{0,3}(?<code>\d{1,3})\b/i;
/** Signs that a component ran, or the script itself spoke. */
const SCRIPT_RAN = /golden-images: |:component\//;

/** Most characters of the script's own words that are told. */
const WORDS_LIMIT = 300;
/** A line in which the script speaks for itself, behind whatever a builder puts before it. */
const SAID = /(?:^|\s)(?<words>golden-images: .*)$/;

/**
 * What a failed build failed of: a failure of the script is worth another attempt, one of the builder is none of the
 * script's. Where there is a log, the script's own exit code counts, as on this machine; else what can be read out of the
 * reason that Image Builder gives in a sentence.
 * @param log of the build, as it was kept
 */
export function failedBuild(
  reason: string | undefined,
  log = '',
): Extract<BuildStatus, { state: 'FAILED' | 'CANCELLED' }> {
  const sentence = oneLine(reason ?? 'Image Builder gave no reason').slice(0, DETAIL_LIMIT);
  const { exitCode = 0 } = parseResultLines(log);
  // A script that ended well has not failed the build; what did, the sentence says.
  const code = exitCode === 0 ? Number(EXIT_CODE.exec(sentence)?.groups?.['code'] ?? NaN) : exitCode;
  const detail = exitCode === 0 ? sentence : withWords(sentence, exitCode, log);
  if (code === NOTHING_IMPROVED) return { state: 'FAILED', reason: 'nothing-improved', detail };
  const isScript = !Number.isNaN(code) || SCRIPT_RAN.test(sentence);
  return { state: 'FAILED', reason: isScript ? 'script' : 'builder', detail };
}

function withWords(sentence: string, exitCode: number, log: string): string {
  const words = log
    .split('\n')
    .flatMap((line) => SAID.exec(line)?.groups?.['words'] ?? [])
    .at(-1);
  const said = [`the script ended with exit code ${exitCode}`, ...(words === undefined ? [] : [words])].join(': ');
  const told = plainText(oneLine(said), WORDS_LIMIT);
  return `${sentence.slice(0, DETAIL_LIMIT - told.length - 3)} (${told})`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
