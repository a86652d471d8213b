import { arnOf } from '../../../modules/place/place';
import { QueueMapping } from '../../../modules/queue-mapping/queue-mapping';
import { WorkQueue } from '../../../modules/queue/queue';
import { FINDINGS } from '../events';
import type { FunctionEntry } from '../function-entry';
import { addWatchedRule } from '../watched-rule';

const TIMEOUT_SECONDS = 120;
/** Findings come in bursts, and those of one image fold into few items: together they cost least. */
const BATCH = { batchSize: 100, windowSeconds: 5, maximumConcurrency: 5 };
/** Seconds that a finding may wait before somebody is told. */
const PATIENCE_SECONDS = 1800;

/** Inspector's findings, by way of a queue, into the table. */
export const ingestFinding: FunctionEntry = {
  name: 'ingest-finding',
  description: "Folds Inspector's findings into the table",
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMegabytes: 512,
  variables: ({ settings }) => ({ REGISTRY_ACCOUNT: settings.environment.account }),
  connect: (scope, target, shared) => {
    const { settings, key, table, alarms } = shared;
    const { environment, label } = settings;
    const queue = new WorkQueue(scope, 'findings', {
      name: label.name('queue', 'findings'),
      deadLetterName: label.name('queue', 'findings-dead-letters'),
      place: environment,
      key,
      visibilityTimeoutSeconds: 6 * TIMEOUT_SECONDS + BATCH.windowSeconds,
    });
    addWatchedRule(scope, 'inspector-findings', shared, {
      description: "Inspector's findings on images in ECR",
      pattern: FINDINGS,
      target: queue,
    });
    new QueueMapping(scope, 'findings-mapping', { queue, target, ...BATCH });
    table.grantReadWrite(target);
    // Any image may be built on a golden one: its layers tell.
    target.allow({
      sid: 'ReadManifests',
      actions: ['ecr:BatchGetImage'],
      resources: [arnOf(environment, 'ecr', 'repository/*')],
    });
    alarms.addDeadLetters('findings-dead-letters', queue.deadLetters, 'Findings');
    alarms.add('findings-waiting', {
      description: `Findings wait in ${queue.name} for over ${PATIENCE_SECONDS / 60} min: see the errors and throttles of ${target.name}.`,
      namespace: 'AWS/SQS',
      metric: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: queue.name },
      statistic: 'Maximum',
      threshold: PATIENCE_SECONDS,
    });
  },
};
