import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable, Logger, Metrics } from '../../domain/ports';
import type { Tally } from '../../domain/reconcile/tally';
import { addTallies, EMPTY_TALLY, measureTally } from '../../domain/reconcile/tally';
import { reconcileRoundKey } from '../../domain/table/keys';
import type { ReconcileRoundItem } from '../../domain/table/reconcile-item';
import { isReconcileRoundItem } from '../../domain/table/reconcile-item';
import { updateItem } from '../../domain/table/update-item';
import { withFacts } from '../../domain/with-facts';
import { reportFailure } from '../shared/failure';
import type { ReconcileResult } from './reconcile-ports';

/** What a run over the estate works with. */
export interface ReconcileEstateOptions {
  readonly images: readonly GoldenImage[];
  readonly table: FindingTable;
  /** Reconciles an image; told what to log with each line. */
  readonly reconcile: (image: GoldenImage, logger: Logger) => Promise<ReconcileResult>;
  /** Milliseconds until the run must have ended. */
  readonly remainingMs: () => number;
  /** Milliseconds that an image may need: with less left, it is the next run's. */
  readonly reserveMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What a run came to. */
export interface ReconcileRun {
  readonly images: number;
  /** Steps and images that failed. */
  readonly troubles: number;
  /** Name of the image that the next run begins with; absent where the round over the estate is complete. */
  readonly next?: string;
}

/** Milliseconds of a run after which it is written down how far it got, lest a run that is killed began where it began. */
const CHECKPOINT_MS = 60_000;

/**
 * Reconciles the images of the estate one after the other, by name. Where time runs out, the next run goes on from there;
 * the trouble of one image does not stop the others. When a round over all images is complete, their measures are published:
 * of a round that is cut off nothing is, until it has been ended.
 */
export async function reconcileEstate(options: ReconcileEstateOptions): Promise<ReconcileRun> {
  const { table, remainingMs, reserveMs, logger, metrics } = options;
  const images = [...options.images].sort((left, right) => (left.name < right.name ? -1 : 1));
  const round = await readRound(table);
  const start = images.findIndex(({ name }) => name >= (round?.next ?? ''));
  // A round whose rest is gone from the estate is over.
  const isResumed = round?.next !== undefined && start > 0;
  let tally: Tally | undefined = isResumed ? round.tally : EMPTY_TALLY;
  let [done, troubles, checkpoint] = [0, 0, remainingMs()];
  for (const image of images.slice(isResumed ? start : 0)) {
    const isLate = done > 0 && remainingMs() < reserveMs;
    if (isLate || checkpoint - remainingMs() > CHECKPOINT_MS) {
      await writeRound(table, { next: image.name, ...(tally !== undefined && { tally }) });
      checkpoint = remainingMs();
    }
    if (isLate) {
      metrics.count('ReconcileRuns', 1, 'cut-off');
      logger.warn('no time left for the rest of the images: the next run goes on', { next: image.name, done });
      return { images: done, troubles, next: image.name };
    }
    const result = await reconcileOne(options, image);
    done++;
    troubles += result === undefined ? 1 : result.troubles.length;
    tally = tally === undefined || result?.tally === undefined ? undefined : addTallies(tally, result.tally);
  }
  await writeRound(table, {});
  if (tally !== undefined) measureTally(metrics, tally);
  metrics.count('ReconcileRuns', 1, 'complete');
  logger.info('round complete', { images: done, troubles, measured: tally !== undefined });
  return { images: done, troubles };
}

async function reconcileOne(options: ReconcileEstateOptions, image: GoldenImage): Promise<ReconcileResult | undefined> {
  const { metrics, reconcile } = options;
  const logger = withFacts(options.logger, { image: image.name });
  try {
    const result = await reconcile(image, logger);
    for (const [action, count] of Object.entries(result.actions)) metrics.count('Reconciled', count, action);
    for (const { step, error } of result.troubles) {
      reportFailure(options, error, { image: image.name, step });
      metrics.count('ReconcileTroubles', 1, step);
    }
    if (Object.keys(result.actions).length > 0) logger.info('image reconciled', { actions: result.actions });
    return result;
  } catch (error) {
    reportFailure(options, error, { image: image.name });
    metrics.count('ReconcileTroubles', 1, 'image');
    return undefined;
  }
}

async function readRound(table: FindingTable): Promise<ReconcileRoundItem | undefined> {
  const item = await table.get(reconcileRoundKey());
  return item !== undefined && isReconcileRoundItem(item) ? item : undefined;
}

/** Writes how far the round got; nothing where that is known: most runs end their round and write nothing. */
async function writeRound(table: FindingTable, at: Pick<ReconcileRoundItem, 'next' | 'tally'>): Promise<void> {
  const key = reconcileRoundKey();
  await updateItem<ReconcileRoundItem>(table, key, isReconcileRoundItem, (known) =>
    at.next === undefined && known?.next === undefined ? undefined : { ...key, type: 'RECONCILE_ROUND', ...at },
  );
}
