import { arnOf } from '../../../modules/place/place';
import type { FunctionEntry } from '../function-entry';
import { metricDimensions, METRICS_NAMESPACE } from '../metrics';
import { alarmOnPostponed } from '../postponed-alarm';
import { alarmOnNotices } from '../notices-alarm';
import { startBuildsStatement } from '../start-builds';
import { addWatchedRule } from '../watched-rule';
import { addNotScannedAlarm, closedLoopVariables, grantClosedLoop } from './closed-loop';

/** Seconds: Lambda's most. What does not fit goes on with the next run. */
const TIMEOUT_SECONDS = 900;
/** Runs in a row that may be missing before somebody is told. */
const MISSING_RUNS = 3;
/** Runs in a row with troubles before somebody is told: what passes by itself has passed by then. */
const TROUBLED_RUNS = 3;

/** The table against scanner, registry and builder: what a lost event left behind is put right. */
export const reconcileFindings: FunctionEntry = {
  name: 'reconcile-findings',
  description: 'Compares the table with scanner, registry and builder, and recovers what events have lost',
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMegabytes: 1024,
  variables: (shared) => {
    const { environment, label } = shared.settings;
    return {
      ...closedLoopVariables(shared),
      SIGNAL_PREFIX: label.path('signals'),
      GATHER_SECONDS: String(environment.gatherSeconds),
      ...(environment.rescanDays !== undefined && { RESCAN_DAYS: String(environment.rescanDays) }),
    };
  },
  connect: (scope, target, shared) => {
    const { settings, alarms } = shared;
    const { environment, label } = settings;
    addWatchedRule(scope, 'reconcile-schedule', shared, {
      description: 'When the table is compared with scanner, registry and builder',
      everyMinutes: environment.reconcileMinutes,
      target,
    });
    grantClosedLoop(target, shared);
    addNotScannedAlarm('reconcile-findings', shared);
    alarmOnPostponed(shared, 'reconcile-findings', target);
    alarmOnNotices(shared, 'reconcile-findings', target);
    target.allow({
      sid: 'GiveSignals',
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: [arnOf(environment, 'ssm', `parameter${label.path('signals')}/*`)],
    });
    target.allow(startBuildsStatement(settings));
    // What is measured once a run is watched over a run's length.
    const periodSeconds = environment.reconcileMinutes * 60;
    const dimensions = metricDimensions(label, 'reconcile-findings');
    alarms.addSilence('reconcile-silent', {
      description: `${target.name} has not ended a run ${MISSING_RUNS} times: lost events are not recovered. See its errors and its log ${target.logGroupName}, and that the rule ${label.name('rule', 'reconcile-schedule')} is enabled.`,
      namespace: METRICS_NAMESPACE,
      metric: 'ReconcileRuns',
      dimensions,
      periodSeconds,
      periods: MISSING_RUNS,
    });
    alarms.add('reconcile-troubles', {
      description: `In ${TROUBLED_RUNS} runs in a row ${target.name} could not do a step of an image, although the runs ended: what was lost there is not recovered. Its log ${target.logGroupName} has image, step and reason ("record failed").`,
      namespace: METRICS_NAMESPACE,
      metric: 'ReconcileTroubles',
      dimensions,
      statistic: 'Sum',
      threshold: 0,
      periodSeconds,
      periods: TROUBLED_RUNS,
    });
    alarms.add('breaker-open', {
      description:
        'The breaker has stopped an image after failed builds in a row: nothing of it is built until somebody looks. "golden-images status" names it, and the notice that was sent.',
      namespace: METRICS_NAMESPACE,
      metric: 'ImagesStopped',
      dimensions,
      statistic: 'Maximum',
      threshold: 0,
      periodSeconds,
    });
    alarms.add('scan-eligibility', {
      description:
        'The scanner does not look at a promoted image any more: its findings are closed without having been fixed. Have the image built again ("golden-images rebuild"), and raise the ECR re-scan duration of Inspector so that it does not happen again: raising it alone does not bring the image back. The notice names it.',
      namespace: METRICS_NAMESPACE,
      metric: 'ScanEligibilityEnding',
      dimensions: { ...dimensions, state: 'expired' },
      statistic: 'Maximum',
      threshold: 0,
      periodSeconds,
    });
    alarms.add('floating-tag-moved', {
      description:
        'The floating tag of an image is not on the image that was proven: somebody else has moved it, or taken it away. "golden-images status" names it, and the notice that was sent, with what to do.',
      namespace: METRICS_NAMESPACE,
      metric: 'FloatingTagsMoved',
      dimensions,
      statistic: 'Maximum',
      threshold: 0,
      periodSeconds,
    });
  },
};
