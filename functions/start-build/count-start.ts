import type { Metrics } from '../../domain/ports';
import type { StartBuildResult } from './start-build';

/** Counts what start-build did for an image, whichever function asked it. */
export function countStart(metrics: Metrics, result: StartBuildResult): void {
  if (result.did === 'started') metrics.count('BuildsStarted', 1);
  else metrics.count('BuildsNotStarted', 1, result.did === 'refused' ? 'refused' : result.why);
  if (result.did === 'refused') metrics.count('ImagesPostponed', 1, 'refused');
}
