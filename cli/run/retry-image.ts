import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead, requestReplan, updateHead } from '../../domain/table/head-changes';
import type { StartedOver } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import { isPatchItem } from '../../domain/table/patch-item';
import { updateItem } from '../../domain/table/update-item';

/** What an image starts over with. */
export interface RetryPorts {
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What starting over has changed. */
export interface RetriedImage {
  /** True where the breaker was open. */
  readonly wasStopped: boolean;
  /** Patches that no longer count. */
  readonly patches: number;
  /** Residual findings that are open again. */
  readonly findings: number;
}

/**
 * Lets an image start over by a person's word: the breaker is reset; held, failed, rejected and rolled back patches no
 * longer count; residual findings are open again; and generate-patch is asked to look. Whose word it was, and why, stands in
 * HEAD (`startedOver`), in each patch that no longer counts, in REPLAN and in the log.
 */
export async function retryImage(
  { table, clock, logger }: RetryPorts,
  image: GoldenImage,
  { by, reason }: Omit<StartedOver, 'at'>,
): Promise<RetriedImage> {
  const now = clock();
  let wasStopped = false;
  if ((await readHead(table, image.name)) !== undefined)
    await updateHead(table, image.name, (head) => {
      wasStopped = head.state === 'STOPPED';
      const state = wasStopped ? (head.lease === undefined ? 'IDLE' : 'BUSY') : head.state;
      return { ...head, state, failures: 0, startedOver: { by, reason, at: now.toISOString() } };
    });
  let [patches, findings] = [0, 0];
  for (const item of await table.query(imagePartition(image.name))) {
    if (isPatchItem(item)) {
      const moved = await movePatch(table, item, ['HELD', 'FAILED', 'REJECTED', 'ROLLED_BACK'], now, {
        state: 'SUPERSEDED',
        reason: 'retry',
        detail: `tried again by ${by}: ${reason}`,
      });
      if (moved !== undefined) patches++;
    }
    if (!isFindingItem(item) || item.state !== 'RESIDUAL') continue;
    const { written } = await updateItem<FindingItem>(table, item, isFindingItem, (known) => {
      if (known?.state !== 'RESIDUAL') return undefined;
      const { reason: _reason, residualSince: _since, ...rest } = known;
      return { ...rest, state: 'OPEN' };
    });
    if (written) findings++;
  }
  await requestReplan(table, image.name, `started over by ${by}: ${reason}`);
  logger.info('image started over', { image: image.name, by, reason, wasStopped, patches, findings });
  return { wasStopped, patches, findings };
}
