import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan, updateHead } from '../../domain/table/head-changes';
import { imagePartition } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import { isPatchItem } from '../../domain/table/patch-item';
import { updateItem } from '../../domain/table/update-item';

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
 * longer count; residual findings are open again; and generate-patch is asked to look.
 */
export async function retryImage(table: FindingTable, image: GoldenImage, now: Date): Promise<RetriedImage> {
  let wasStopped = false;
  await updateHead(table, image.name, (head) => {
    wasStopped = head.state === 'STOPPED';
    return wasStopped || head.failures > 0
      ? { ...head, state: head.lease === undefined ? 'IDLE' : 'BUSY', failures: 0 }
      : undefined;
  });
  let [patches, findings] = [0, 0];
  for (const item of await table.query(imagePartition(image.name))) {
    if (isPatchItem(item)) {
      const moved = await movePatch(table, item, ['HELD', 'FAILED', 'REJECTED', 'ROLLED_BACK'], now, {
        state: 'SUPERSEDED',
        reason: 'retry',
        detail: 'tried again by hand',
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
  await requestReplan(table, image.name, 'a person starts over');
  return { wasStopped, patches, findings };
}
