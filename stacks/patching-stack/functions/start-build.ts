import { ecrHost } from '../../../domain/config/partition';
import { arnOf } from '../../../modules/place/place';
import { QueueMapping } from '../../../modules/queue-mapping/queue-mapping';
import { WorkQueue } from '../../../modules/queue/queue';
import { signals } from '../events';
import type { FunctionEntry } from '../function-entry';
import { startBuildsStatement } from '../start-builds';
import { alarmOnPostponed } from '../postponed-alarm';
import { addWatchedRule } from '../watched-rule';

const TIMEOUT_SECONDS = 60;
/**
 * A signal is tried every six minutes for six hours: a quota of builds comes free when others have ended. It waits a moment,
 * so that signal-rebuild, which sets the parameter before it writes down that it did, is mostly done.
 */
const PATIENCE = { visibilityTimeoutSeconds: 6 * TIMEOUT_SECONDS, maximumReceives: 60, delaySeconds: 5 };

/** The change of a parameter into a build by the image's pipeline. */
export const startBuild: FunctionEntry = {
  name: 'start-build',
  description: 'Starts the build that a rebuild signal asks for',
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMegabytes: 512,
  variables: ({ settings: { environment, label } }) => ({
    SIGNAL_PREFIX: label.path('signals'),
    PIPELINE_ARN_PREFIX: arnOf(environment, 'imagebuilder', `image-pipeline/${label.prefix}-`),
    REGISTRY_ACCOUNT: environment.account,
    REGISTRY_HOST: ecrHost(environment.account, environment.region),
  }),
  connect: (scope, target, shared) => {
    const { settings, key, table, alarms } = shared;
    const { environment, label } = settings;
    const queue = new WorkQueue(scope, 'signals', {
      name: label.name('queue', 'signals'),
      deadLetterName: label.name('queue', 'signals-dead-letters'),
      place: environment,
      key,
      ...PATIENCE,
    });
    addWatchedRule(scope, 'rebuild-signals', shared, {
      description: 'Rebuild signals: changes of the parameters of this environment',
      pattern: signals(label.path('signals')),
      target: queue,
    });
    // Few at a time: the calls that start builds are throttled soon.
    new QueueMapping(scope, 'signals-mapping', { queue, target, maximumConcurrency: 2 });
    table.grantReadWrite(target);
    target.allow({
      sid: 'ReadSignals',
      actions: ['ssm:GetParameter'],
      resources: [arnOf(environment, 'ssm', `parameter${label.path('signals')}/*`)],
    });
    target.allow(startBuildsStatement(settings));
    alarms.addDeadLetters('signals-dead-letters', queue.deadLetters, 'Rebuild signals');
    alarmOnPostponed(shared, 'start-build', target);
  },
};
