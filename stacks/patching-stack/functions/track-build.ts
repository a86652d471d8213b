import { arnOf } from '../../../modules/place/place';
import { buildEnds, SCANS } from '../events';
import type { FunctionEntry } from '../function-entry';
import { alarmOnPostponed } from '../postponed-alarm';
import { alarmOnNotices } from '../notices-alarm';
import { addWatchedRule } from '../watched-rule';
import { addNotScannedAlarm, closedLoopVariables, grantClosedLoop } from './closed-loop';

/** The end of a build, and the scan of what it built, into a promoted tag or a reason why not. */
export const trackBuild: FunctionEntry = {
  name: 'track-build',
  description: 'Follows builds to their end, proves candidates, and promotes or holds them',
  timeoutSeconds: 600,
  memoryMegabytes: 1024,
  variables: closedLoopVariables,
  connect: (scope, target, shared) => {
    const { environment, label } = shared.settings;
    addWatchedRule(scope, 'build-ends', shared, {
      target,
      description: "Ends of builds of this environment's recipes",
      pattern: buildEnds(arnOf(environment, 'imagebuilder', `image/${label.prefix}-`)),
    });
    addWatchedRule(scope, 'image-scans', shared, {
      target,
      description: 'Completed first scans of images in ECR',
      pattern: SCANS,
    });
    grantClosedLoop(target, shared);
    addNotScannedAlarm('track-build', shared);
    alarmOnPostponed(shared, 'track-build', target);
    alarmOnNotices(shared, 'track-build', target);
  },
};
