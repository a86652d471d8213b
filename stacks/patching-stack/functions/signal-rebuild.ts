import { SIGNAL_REBUILD_FILTERS } from '../../../domain/table/stream-filters';
import { arnOf } from '../../../modules/place/place';
import { StreamMapping } from '../../../modules/stream-mapping/stream-mapping';
import type { FunctionEntry } from '../function-entry';
import { alarmOnPostponed } from '../postponed-alarm';

/** Seconds behind the stream at which somebody is told. */
const LATE_SECONDS = 900;

/** A ready patch, where nothing else is being built, into the change of a parameter. */
export const signalRebuild: FunctionEntry = {
  name: 'signal-rebuild',
  description: "Takes an image's lease for a ready patch, and gives the rebuild signal",
  timeoutSeconds: 60,
  memoryMegabytes: 512,
  variables: ({ settings }) => ({ SIGNAL_PREFIX: settings.label.path('signals') }),
  connect: (scope, target, shared) => {
    const { settings, table, failedBatches, alarms } = shared;
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
    alarmOnPostponed(shared, 'signal-rebuild', target);
    alarms.addIteratorAge('signal-rebuild-late', target, LATE_SECONDS);
  },
};
