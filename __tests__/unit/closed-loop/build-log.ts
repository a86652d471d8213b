import type { PatchItem } from '../../../domain/table/patch-item';
import { compareVersions } from '../../../domain/versions';
import type { BuildEnd } from './cloud';

/** What a build's log is made of, beside the patch. */
export interface LogFacts {
  /** Packages that the distribution's repositories do not offer at their floor. */
  readonly unavailable: readonly string[];
  /** What the parent holds, from which the build starts: version by source package. */
  readonly parent: Readonly<Record<string, string>>;
  /** What else is printed, before the script's report. */
  readonly printed: string;
}

/** What a patch script prints, behind the words that BuildKit puts before a line. */
export function buildLog(patch: PatchItem, how: BuildEnd, { unavailable, parent, printed }: LogFacts): string {
  const code = { fails: 100, 'nothing-improved': 10 }[how as string] ?? 0;
  const lines = patch.targets.map((target) => {
    const { ecosystem, package: name, floor } = target;
    const isOld = compareVersions('deb', parent[name] ?? '0', floor) < 0;
    const isResidual = isOld && (unavailable.includes(name) || code !== 0);
    return `golden-images-result ${JSON.stringify({
      ...{ ecosystem, package: name, floor },
      ...{ result: isResidual ? 'residual' : isOld ? 'fixed' : 'already-fixed', binaries: [] },
      ...(isResidual && { reason: 'fix-not-in-repository' }),
    })}`;
  });
  const isCutOff = how === 'builder-fails' || how === 'cancelled';
  const said = isCutOff ? [] : [...lines, `golden-images-exit ${code}`];
  return [...printed.split('\n'), ...said].map((line) => `#9 1.234 ${line}\n`).join('');
}
