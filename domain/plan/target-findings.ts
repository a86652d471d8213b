import type { Target } from './target';

/** True where a finding about `package` is one that the target settles. */
export function isAbout(target: Target, packageName: string): boolean {
  return packageName === target.package || packageName === target.reportedAs;
}
