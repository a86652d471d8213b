import type { GoldenImage } from '../../domain/config/golden-image';
import { builderDelaySeconds } from '../../domain/plan/builder-delay';
import type { Clock, FindingTable } from '../../domain/ports';
import { imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { postponeImage } from '../../domain/table/postpone';
import { releaseLease } from '../../domain/table/release-lease';

/**
 * Seconds after which a build is asked for again that was refused for the first time: somebody has to change a policy or
 * deploy a pipeline, and each try is another patch. Twice as many with each refusal in a row.
 */
const REFUSED_SECONDS = 3600;

/**
 * Ends a patch whose build was refused before anything was started: it fails with the reason `builder`, which counts neither
 * as an attempt nor towards the breaker; another look later is noted, the later the more in a row were refused; its lease is
 * given back, and the build of the day. Repeating it carries on where a crash had left it. reconcile-findings tells people
 * when so many in a row were refused.
 */
export async function endRefused(
  { table, clock }: { readonly table: FindingTable; readonly clock: Clock },
  image: GoldenImage,
  patch: PatchItem,
  detail: string,
): Promise<PatchItem> {
  const failed = await movePatch(table, patch, ['SIGNALED'], clock(), { state: 'FAILED', reason: 'builder', detail });
  const why = `the build of patch ${patch.sequence} was refused: ${detail}`;
  const patches = (await table.query(imagePartition(image.name), PATCH_PREFIX)).filter(isPatchItem);
  await postponeImage(table, image.name, why, clock(), builderDelaySeconds(patches, REFUSED_SECONDS));
  await releaseLease(table, image.name, { patch: patch.sequence, outcome: 'unused' });
  return failed ?? patch;
}
