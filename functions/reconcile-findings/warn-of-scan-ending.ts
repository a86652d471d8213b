import type { GoldenImage } from '../../domain/config/golden-image';
import type { ScanEnding } from '../../domain/reconcile/scan-ending';
import { scanEnding } from '../../domain/reconcile/scan-ending';
import type { ScanCoverage } from '../../domain/scan/image-scan';
import type { HeadItem } from '../../domain/table/head-item';
import { currentDigest } from '../../domain/table/head-item';
import { readStand, remember } from './image-facts';
import type { ReconcilePorts } from './reconcile-ports';

const DAY = 86_400_000;

/** What {@link warnOfScanEnding} found, and whether it told. */
export interface ScanWarning {
  readonly state?: ScanEnding['state'];
  readonly told: boolean;
}

/**
 * Tells people where the scanner does not look at an image's current digest any more, or soon will not: a golden image
 * that nobody runs drops out after a while, and its findings close. At most once a day per image.
 */
export async function warnOfScanEnding(
  { table, notifier, clock, rescanDays }: ReconcilePorts,
  image: GoldenImage,
  coverage: readonly ScanCoverage[],
): Promise<ScanWarning> {
  const { head, memory } = await readStand(table, image);
  const digest = currentDigest(head);
  const covered = coverage.find((one) => one.digest === digest);
  const now = clock();
  const ending = covered === undefined ? undefined : scanEnding(covered, pushedAt(head), rescanDays, now);
  if (ending === undefined || digest === undefined) return { told: false };
  const { state, detail } = ending;
  const { noticed } = memory ?? {};
  if (noticed !== undefined && now.getTime() - Date.parse(noticed.at) < DAY) return { state, told: false };
  await notifier.notify({
    kind: 'scan-eligibility',
    image: image.name,
    repository: image.repository,
    digest,
    state,
    detail,
  });
  await remember(table, image, { noticed: { digest, at: now.toISOString() } });
  return { state, told: true };
}

/** When the current digest was pushed; of a promoted one, that is shortly before its promotion. */
function pushedAt(head: HeadItem | undefined): string | undefined {
  return head?.promoted?.since ?? head?.adopted?.pushedAt;
}
