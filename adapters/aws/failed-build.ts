import type { BuildStatus } from '../../domain/ports';

/** Exit code by which a script says that it ran to its end and nothing got better. */
const NOTHING_IMPROVED = 10;
/** Longest detail that is kept, in characters. */
const DETAIL_LIMIT = 1000;

/** An exit code in what docker, AWSTOE and the shell say, each in its own words. */
const EXIT_CODE =
  /\b(?:exit (?:code|status)|exited with(?: code)?|non-zero (?:exit )?(?:code|status))\W{0,3}(?<code>\d{1,3})\b/i;
/** Signs that a component ran, or the script itself spoke. */
const SCRIPT_RAN = /golden-images: |:component\//;

/**
 * What a failed build failed of, by the reason that Image Builder gives in a sentence: a failure of the script is worth
 * another attempt, one of the builder is none of the script's.
 */
export function failedBuild(reason: string | undefined): BuildStatus {
  const detail = (reason ?? 'Image Builder gave no reason').replace(/\s+/g, ' ').trim().slice(0, DETAIL_LIMIT);
  const code = Number(EXIT_CODE.exec(detail)?.groups?.['code'] ?? NaN);
  if (code === NOTHING_IMPROVED) return { state: 'FAILED', reason: 'nothing-improved', detail };
  const isScript = !Number.isNaN(code) || SCRIPT_RAN.test(detail);
  return { state: 'FAILED', reason: isScript ? 'script' : 'builder', detail };
}
