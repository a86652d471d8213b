import type { ScanCoverage } from '../scan/image-scan';

const DAY = 86_400_000;
/** Days before its end at which people are told. */
const WARNING_DAYS = 3;

/** That the scanner does not look at an image any more, or soon will not. */
export interface ScanEnding {
  readonly state: 'expiring' | 'expired';
  /** One sentence for people. */
  readonly detail: string;
}

/**
 * Raising the duration does not bring back an image that has dropped out; pushing it again does (Inspector User Guide,
 * "Configuring the Amazon ECR re-scan duration").
 */
const AFTER =
  'Have the image built again (golden-images rebuild), and raise the ECR re-scan duration of Amazon Inspector so that it does not happen again: raising it alone does not bring the image back.';
const BEFORE =
  'Raise the ECR re-scan duration of Amazon Inspector before that day, or have the image built again (golden-images rebuild).';

/**
 * Whether the scanner stops looking at an image: then its findings close without having been fixed.
 * @param pushedAt ISO 8601; when it was pushed, where the scanner does not say
 * @param rescanDays how long after its push, or its last use, an image is scanned again; undefined where that is not known,
 *   or for ever
 */
export function scanEnding(
  { status, lastInUseAt, inUse, ...coverage }: ScanCoverage,
  pushedAt: string | undefined,
  rescanDays: number | undefined,
  now: Date,
): ScanEnding | undefined {
  if (status.state === 'expired')
    return {
      state: 'expired',
      detail: `The scanner does not look at the image any more (${status.detail}). ${AFTER}`,
    };
  const latest = [coverage.pushedAt ?? pushedAt, lastInUseAt]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  if (status.state !== 'scanned' || latest === undefined || rescanDays === undefined || (inUse ?? 0) > 0)
    return undefined;
  const end = Date.parse(latest) + rescanDays * DAY;
  const left = end - now.getTime();
  // Where it is over and the image is scanned all the same, the window is longer than was said.
  if (left <= 0 || left > WARNING_DAYS * DAY) return undefined;
  const day = new Date(end).toISOString().slice(0, 10);
  return {
    state: 'expiring',
    detail: `The scanner stops looking at the image on ${day}, ${rescanDays} days after its push or last use. ${BEFORE}`,
  };
}
