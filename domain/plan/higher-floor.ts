import type { VersionOrder } from '../versions';
import { compareVersions } from '../versions';

/**
 * The higher of two floors; of two texts of the same version the greater text, so that the order in which findings
 * come never shows.
 */
export function higherFloor(order: VersionOrder, left: string, right: string): string {
  const sign = compareVersions(order, left, right);
  if (sign !== 0) return sign > 0 ? left : right;
  return left > right ? left : right;
}
