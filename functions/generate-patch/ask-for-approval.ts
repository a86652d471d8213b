import type { GoldenImage } from '../../domain/config/golden-image';
import { approvalSummary } from '../../domain/notice/approval-summary';
import type { Logger, Metrics, Notifier } from '../../domain/ports';
import { approvalExpiry } from '../../domain/table/approval-expiry';
import type { FindingItem } from '../../domain/table/finding-item';
import type { PatchItem } from '../../domain/table/patch-item';

/**
 * Tells people that a patch waits for their word. That this fails must not lose the patch, nor have it written again: it is
 * logged and counted, `golden-images status` shows the patch, and when nobody decided in time the next one asks again.
 */
export async function askForApproval(
  {
    notifier,
    logger,
    metrics,
  }: { readonly notifier?: Notifier; readonly logger: Logger; readonly metrics?: Metrics | undefined },
  image: GoldenImage,
  patch: PatchItem,
  findings: readonly FindingItem[],
): Promise<void> {
  if (notifier === undefined) return;
  try {
    await notifier.notify({
      kind: 'approval-requested',
      image: image.name,
      repository: image.repository,
      patch: patch.sequence,
      patchId: patch.patchId,
      summary: approvalSummary(patch, findings),
      expiresAt: approvalExpiry(patch, image.policy).toISOString(),
    });
  } catch (error) {
    metrics?.count('NoticesFailed', 1, 'approval-requested');
    logger.error('nobody was told that a patch waits for approval', {
      image: image.name,
      patch: patch.sequence,
      error,
    });
  }
}
