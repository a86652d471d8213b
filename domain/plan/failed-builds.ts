import type { PatchItem } from '../table/patch-item';

/** What of a patch tells how its build ended. */
type Ended = Pick<PatchItem, 'sequence' | 'state' | 'stateSince' | 'reason' | 'buildId'>;

/**
 * True where a start of a build was refused: it never began (FAILED `builder`, no build). It is no failed build, and counts
 * neither as an attempt nor towards the breaker (ADR 9).
 */
export function isRefused({ state, reason, buildId }: Pick<Ended, 'state' | 'reason' | 'buildId'>): boolean {
  return state === 'FAILED' && reason === 'builder' && buildId === undefined;
}

/**
 * True where a build began and failed, by its script or by its builder (no capacity, no network, a missing right,
 * cancelled): many of them in a row stop the image. A script that found nothing to improve has not failed.
 */
export function isFailedBuild(patch: Pick<Ended, 'state' | 'reason' | 'buildId'>): boolean {
  const { state, reason } = patch;
  return state === 'FAILED' && (reason === 'script' || (reason === 'builder' && !isRefused(patch)));
}

/**
 * ISO 8601; when the first of an image's latest failed builds did; undefined where there are not so many.
 * @param patches the image's, any order
 * @param failures how many in a row, as HEAD counts them
 */
export function failingSince(patches: readonly Ended[], failures: number): string | undefined {
  return inOrder(patches).filter(isFailedBuild).at(-failures)?.stateSince;
}

const HOUR = 3_600_000;
/** Hours that a builder may fail before it stops an image: an outage passes by itself, and nobody has to start over after it. */
const BUILDER_PATIENCE_HOURS = 24;

/**
 * True where so many failures in a row stop an image whose last build failed for its script, or whose builds have failed for
 * a day where the builder was the last to fail.
 * @param patches the image's, any order; the last failed one among them
 * @param failures how many in a row, with that one
 */
export function stopsImage(
  patches: readonly Ended[],
  last: Ended,
  { failures, limit, now }: { readonly failures: number; readonly limit: number; readonly now: Date },
): boolean {
  if (failures < limit) return false;
  if (last.reason !== 'builder') return true;
  const since = failingSince(patches, failures) ?? last.stateSince;
  return now.getTime() - Date.parse(since) >= BUILDER_PATIENCE_HOURS * HOUR;
}

/**
 * The starts that were refused in a row, oldest first; none where the latest build began. Patches that came to no build
 * for another reason, and those that a person took out of the count (`retry`), say nothing of the builder.
 * @param patches the image's, any order
 */
export function refusedInARow<T extends Ended>(patches: readonly T[]): readonly T[] {
  const asked = inOrder(patches).filter((patch) => patch.buildId !== undefined || isRefused(patch));
  return asked.slice(asked.findLastIndex((patch) => !isRefused(patch)) + 1);
}

function inOrder<T extends Ended>(patches: readonly T[]): T[] {
  return [...patches].sort((left, right) => left.sequence - right.sequence);
}
