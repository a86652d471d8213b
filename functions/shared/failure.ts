import { BadInputError, ConditionFailedError, GoldenImagesError } from '../../domain/errors';
import type { Logger, Metrics } from '../../domain/ports';

/**
 * Why a record could not be done with: `transient` passes by itself; `contention`: other writers were quicker; `refused`:
 * a service says no until somebody changes something; `malformed`: the record is not what it should be; `out-of-time`:
 * the function's time ran out before its turn; `fault`: ours.
 */
export type FailureReason = 'transient' | 'contention' | 'refused' | 'malformed' | 'out-of-time' | 'fault';

/** A record whose turn did not come before the function's time was up. */
export class OutOfTimeError extends GoldenImagesError {
  override readonly name: string = 'OutOfTimeError';
  constructor(image: string) {
    super('internal', `there was no time left for ${image}`, { hint: 'it is tried again with the next batch' });
  }
}

/** A step that another one has begun and not ended yet: it passes by itself. */
export class UnfinishedError extends GoldenImagesError {
  override readonly name: string = 'UnfinishedError';
  readonly isTransient = true;
  constructor(message: string) {
    super('internal', message, { hint: 'it is tried again' });
  }
}

/** Sorts a failure. Every one is tried again by its event source, and ends in the failure destination when that gives up. */
export function failureReason(error: unknown): FailureReason {
  if (error instanceof OutOfTimeError) return 'out-of-time';
  if (error instanceof ConditionFailedError) return 'contention';
  if (error instanceof BadInputError) return 'malformed';
  // The error of the AWS adapters, which use cases do not know by its class.
  if (error instanceof GoldenImagesError && 'isTransient' in error)
    return error.isTransient === true ? 'transient' : 'refused';
  return 'fault';
}

/** True where another try at once would end the same. */
export function isForGood(reason: FailureReason): reason is 'refused' | 'malformed' | 'fault' {
  return reason === 'refused' || reason === 'malformed' || reason === 'fault';
}

/** Writes a failure down: one line with its ids, one count to alarm on. @returns its reason */
export function reportFailure(
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
  error: unknown,
  facts: Readonly<Record<string, unknown>>,
  records = 1,
): FailureReason {
  const reason = failureReason(error);
  const hint = hintOf(error);
  metrics.count('RecordsFailed', records, reason);
  logger.error('record failed', { ...facts, records, reason, ...(hint !== undefined && { hint }), error });
  return reason;
}

/** What to do about a failure, where it says so. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof GoldenImagesError ? error.hint : undefined;
}
