import { ecosystemOf } from '../ecosystems';
import { ecosystemIdOf, parsePlatform } from '../platform/platform';
import { higherFloor } from '../plan/higher-floor';
import type { VersionOrder } from '../versions';
import { compareVersions } from '../versions';
import type { Finding } from './finding';
import { findingSortKey } from './finding-key';

/**
 * Folds facts about the same package of the same digest (one finding may list a package once per architecture) into
 * one: the lowest installed version and the highest floor, by the ecosystem's own order; no floor where one of the
 * entries has none, because then the package as a whole is not fixed.
 */
export function mergeFacts(facts: readonly Finding[]): Finding[] {
  if (facts.length < 2) return [...facts];
  const merged = new Map<string, Finding>();
  for (const fact of facts) {
    const key = `${fact.repository}\n${fact.digest}\n${findingSortKey(fact)}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? fact : mergeTwo(known, fact));
  }
  return [...merged.values()];
}

function mergeTwo(left: Finding, right: Finding): Finding {
  const id = ecosystemIdOf(parsePlatform(left.platform));
  const order = (id === undefined ? undefined : ecosystemOf(id)?.versionOrder) ?? 'deb';
  const { floor: leftFloor, ...rest } = left;
  const floor =
    leftFloor === undefined || right.floor === undefined ? undefined : higherFloor(order, leftFloor, right.floor);
  return {
    ...rest,
    installed: lowerVersion(order, left.installed, right.installed),
    ...(floor !== undefined && { floor }),
  };
}

function lowerVersion(order: VersionOrder, left: string, right: string): string {
  const sign = compareVersions(order, left, right);
  if (sign !== 0) return sign < 0 ? left : right;
  return left < right ? left : right;
}
