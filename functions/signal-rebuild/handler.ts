import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { asUpdates } from '../../adapters/aws/signal-as-update';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import { wakesSignalRebuild } from '../../domain/table/stream-filters';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeStreamBatch } from '../shared/stream-batch';
import { countSignal } from './count-signal';
import { makeSignalRebuild } from './signal-rebuild';

/** Milliseconds that the signal of one image may need. */
const RESERVE_MS = 10_000;

const environment = readEnvironment(['TABLE_NAME', 'ESTATE_FILE', 'METRICS_ENVIRONMENT', 'SIGNAL_PREFIX']);
const logger = makePowertoolsLogger('signal-rebuild');
const metrics = makePowertoolsMetrics('signal-rebuild', environment.METRICS_ENVIRONMENT);
const ports = {
  table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME }),
  signal: asUpdates(new SsmRebuildSignal({ client: makeSsmClient(), prefix: environment.SIGNAL_PREFIX })),
  clock: () => new Date(),
};

/** Entry point: batches of the table's stream, one look at each image; a partial batch response comes back. */
export const handler = invocation(
  { logger, metrics },
  makeStreamBatch({
    service: 'signal-rebuild',
    estate: loadEstateFile(environment.ESTATE_FILE),
    table: ports.table,
    clock: ports.clock,
    logger,
    metrics,
    read: toChangeRecord,
    wakes: wakesSignalRebuild,
    run: async (image, imageLogger) => {
      countSignal(metrics, await makeSignalRebuild({ ...ports, logger: imageLogger })(image));
    },
    reserveMs: RESERVE_MS,
  }),
);
