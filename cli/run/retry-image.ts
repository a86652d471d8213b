import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { updateHead } from '../../domain/table/head-changes';
import { imagePartition } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import { isPatchItem } from '../../domain/table/patch-item';
import { updateItem } from '../../domain/table/update-item';

/**
 * Lets an image start over by a person's word: the breaker is reset, held and failed patches no longer count, residual
 * findings are open again.
 */
export async function retryImage(table: FindingTable, image: GoldenImage, now: Date): Promise<void> {
  await updateHead(table, image.name, (head) =>
    head.state === 'STOPPED' || head.failures > 0
      ? { ...head, state: head.lease === undefined ? 'IDLE' : 'BUSY', failures: 0 }
      : undefined,
  );
  for (const item of await table.query(imagePartition(image.name))) {
    if (isPatchItem(item))
      await movePatch(table, item, ['HELD', 'FAILED'], now, {
        state: 'SUPERSEDED',
        reason: 'retry',
        detail: 'tried again by hand',
      });
    if (!isFindingItem(item) || item.state !== 'RESIDUAL') continue;
    await updateItem<FindingItem>(table, item, isFindingItem, (known) => {
      if (known?.state !== 'RESIDUAL') return undefined;
      const { reason: _reason, residualSince: _since, ...rest } = known;
      return { ...rest, state: 'OPEN' };
    });
  }
}
