import { GoldenImagesError } from '../errors';
import type { Logger, Metrics, Notifier } from '../ports';
import type { Notice } from './notice';

/**
 * Tells people and systems of something that has happened. What passes by itself is thrown, so that it is told when it is
 * tried again. That nobody can be told for another reason must not keep a lease, nor have systems told of the same again and
 * again: it is logged and counted.
 */
export async function tell(
  {
    notifier,
    logger,
    metrics,
  }: { readonly notifier?: Notifier | undefined; readonly logger: Logger; readonly metrics?: Metrics | undefined },
  notice: Notice,
): Promise<void> {
  try {
    await notifier?.notify(notice);
  } catch (error) {
    // The mark of errors that pass, which adapters set.
    if (error instanceof GoldenImagesError && 'isTransient' in error && error.isTransient === true) throw error;
    metrics?.count('NoticesFailed', 1, notice.kind);
    logger.error('nobody could be told', { image: notice.image, notice: notice.kind, error });
  }
}
