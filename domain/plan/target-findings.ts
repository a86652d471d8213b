import { ecosystemOf } from '../ecosystems';
import type { EcosystemId } from '../ecosystems/ecosystem';
import { compareVersions } from '../versions';
import type { Target } from './target';

/** True where a finding about `package` is one that the target settles. */
export function isAbout(target: Target, packageName: string): boolean {
  return packageName === target.package || packageName === target.reportedAs;
}

/**
 * True where a build for the target shows something about a finding with this floor: one that has risen since was not aimed
 * at, and is worth a build of its own.
 */
export function aimsAt({ ecosystem, floor }: Pick<Target, 'ecosystem' | 'floor'>, wanted: string | undefined): boolean {
  const order = ecosystemOf(ecosystem as EcosystemId)?.versionOrder;
  return wanted === undefined || order === undefined || compareVersions(order, floor, wanted) >= 0;
}
