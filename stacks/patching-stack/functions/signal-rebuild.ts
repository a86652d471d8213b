import { SIGNAL_REBUILD_FILTERS } from '../../../domain/table/stream-filters';
import { arnOf } from '../../../modules/place/place';
import { StreamMapping } from '../../../modules/stream-mapping/stream-mapping';
import type { FunctionEntry } from '../function-entry';
import { metricDimensions, METRICS_NAMESPACE } from '../metrics';

/** Seconds behind the stream at which somebody is told. */
const LATE_SECONDS = 900;

/** A ready patch, where nothing else is being built, into the change of a parameter. */
export const signalRebuild: FunctionEntry = {
  name: 'signal-rebuild',
  description: "Takes an image's lease for a ready patch, and gives the rebuild signal",
  timeoutSeconds: 60,
  memoryMegabytes: 512,
  variables: ({ settings }) => ({ SIGNAL_PREFIX: settings.label.path('signals') }),
  connect: (scope, target, { settings, table, failedBatches, alarms }) => {
    const { environment, label } = settings;
    new StreamMapping(scope, 'ready-patches', {
      table,
      target,
      filters: SIGNAL_REBUILD_FILTERS,
      failures: failedBatches,
    });
    table.grantReadWrite(target);
    target.allow({
      sid: 'GiveSignals',
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: [arnOf(environment, 'ssm', `parameter${label.path('signals')}/*`)],
    });
    alarms.addIteratorAge('signal-rebuild-late', target, LATE_SECONDS);
    alarms.add('breaker-open', {
      description:
        'An image is stopped after failed builds in a row: a patch is ready, and will not be built until somebody looks. The log of signal-rebuild names it.',
      namespace: METRICS_NAMESPACE,
      metric: 'RebuildsNotSignaled',
      dimensions: metricDimensions(label, 'signal-rebuild', 'stopped'),
      statistic: 'Sum',
      threshold: 0,
    });
  },
};
