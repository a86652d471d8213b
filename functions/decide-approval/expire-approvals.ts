import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import { approvalExpiry } from '../../domain/table/approval-expiry';
import { requestReplan } from '../../domain/table/head-changes';
import { imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';

/** What approvals expire with. */
export interface ExpireApprovalsPorts {
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Ends the wait of an image's patches on which nobody has decided in time (`approvalExpiresAfterHours`), and has
 * generate-patch look again: what is open still is asked for anew. To repeat it changes nothing.
 * @returns the patches that are EXPIRED by this
 */
export function makeExpireApprovals({
  table,
  clock,
  logger,
}: ExpireApprovalsPorts): (image: GoldenImage) => Promise<readonly PatchItem[]> {
  return async (image) => {
    const now = clock();
    const expired: PatchItem[] = [];
    for (const patch of await table.query(imagePartition(image.name), PATCH_PREFIX)) {
      if (!isPatchItem(patch) || patch.state !== 'AWAITING_APPROVAL') continue;
      if (now < approvalExpiry(patch, image.policy)) continue;
      const moved = await expireApproval(table, image, patch, now);
      if (moved === undefined) continue;
      logger.warn('nobody decided on a patch in time', { image: image.name, patch: patch.sequence });
      expired.push(moved);
    }
    return expired;
  };
}

/** Ends the wait of one patch. @returns it, or undefined where it does not wait any more */
export async function expireApproval(
  table: FindingTable,
  image: GoldenImage,
  patch: PatchItem,
  now: Date,
): Promise<PatchItem | undefined> {
  const hours = image.policy.approvalExpiresAfterHours;
  // Asked for first: a crash between the two leaves a patch that waits, and is found again.
  await requestReplan(table, image.name, `nobody decided on patch ${patch.sequence} in time`);
  const moved = await movePatch(table, patch, ['AWAITING_APPROVAL'], now, {
    state: 'EXPIRED',
    reason: 'approval-expired',
    detail: `nobody decided within ${hours} hours`,
  });
  return moved;
}
