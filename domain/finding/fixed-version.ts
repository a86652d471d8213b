import { withoutZeroEpoch } from '../versions/epoch';

/**
 * Reads a scanner's fixed version. Inspector writes `0:<version>` for every OS package, and the text `NotAvailable` where
 * there is no fix (Inspector API, VulnerablePackage).
 * @returns undefined where no fix is known
 */
export function normaliseFixedVersion(fixed: string | undefined): string | undefined {
  if (fixed === undefined || fixed === '' || fixed.toLowerCase() === 'notavailable') return undefined;
  return withoutZeroEpoch(fixed);
}
