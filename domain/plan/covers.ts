import { ecosystemOf } from '../ecosystems';
import type { EcosystemId } from '../ecosystems/ecosystem';
import { compareVersions } from '../versions';
import type { Target } from './target';

/** True where `wide` does all that `narrow` asks for: the same packages by the same action, each to its floor or higher. */
export function covers(wide: readonly Target[], narrow: readonly Target[]): boolean {
  const done = new Map(wide.map((target) => [target.package, target]));
  return narrow.every((asked) => {
    const target = done.get(asked.package);
    return target?.ecosystem === asked.ecosystem && target.action === asked.action && reaches(target, asked.floor);
  });
}

function reaches({ ecosystem, floor }: Target, asked: string): boolean {
  const order = ecosystemOf(ecosystem as EcosystemId)?.versionOrder;
  return order === undefined ? floor === asked : compareVersions(order, floor, asked) >= 0;
}
