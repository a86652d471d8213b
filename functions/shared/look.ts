import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, Logger, Metrics } from '../../domain/ports';
import { postponeImage } from '../../domain/table/postpone';
import { failureReason, hintOf, isForGood } from './failure';

/** What an image is looked at with. */
export interface LookOptions {
  /** Name of the function. */
  readonly service: string;
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Looks at an image; told what to log with each line. */
  readonly run: (image: GoldenImage, logger: Logger) => Promise<unknown>;
}

/**
 * Makes the look at an image that does not fail where it would fail again at once: a service refuses, an item of the image
 * cannot be read, a fault of ours. That is noted in the image's REPLAN, so that it is looked at again later, and counted
 * with its reason. What passes by itself is thrown; where the table does not take the note, why it does not.
 */
export function makeLook(options: LookOptions): (image: GoldenImage, logger: Logger) => Promise<void> {
  const { service, table, clock, metrics, run } = options;
  return async (image, logger) => {
    try {
      await run(image, logger);
    } catch (error) {
      const reason = failureReason(error);
      if (!isForGood(reason)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      try {
        await postponeImage(table, image.name, `${service} failed (${reason}): ${message}`, clock());
      } catch (unnoted) {
        logger.error('image could not be postponed', { reason, error });
        throw unnoted;
      }
      const hint = hintOf(error);
      metrics.count('ImagesPostponed', 1, reason);
      logger.error('image is looked at again later', { reason, ...(hint !== undefined && { hint }), error });
    }
  };
}
