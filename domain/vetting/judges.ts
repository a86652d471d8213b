import type { ModuleJudge } from './modules';
import { makeModuleJudge } from './modules';
import type { VettingContext } from './operations';
import type { JudgingEcosystem, PackageJudge } from './packages';
import { makePackageJudge } from './packages';
import type { ReleaseJudge } from './releases';
import { makeReleaseJudge } from './releases';

/** What judges the data of one proposal's commands, once the grammar has told which they are. */
export interface Judges {
  readonly packages: PackageJudge;
  readonly modules: ModuleJudge;
  readonly releases: ReleaseJudge;
}

/** Makes the judges of one proposal; they are for one use, because some of them remember. */
export function makeJudges(ecosystem: JudgingEcosystem, context: VettingContext): Judges {
  return {
    packages: makePackageJudge(ecosystem, context),
    modules: makeModuleJudge(context),
    releases: makeReleaseJudge(context),
  };
}
