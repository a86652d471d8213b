import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { makeEcrImageLayers, makeEcrImageTags } from '../../adapters/aws/ecr-image-layers';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { cachedLayers } from '../../domain/lineage/cached-layers';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeHandleMessages } from './handle-messages';
import { makeIngestFinding } from './ingest-finding';

const environment = readEnvironment([
  'TABLE_NAME',
  'ESTATE_FILE',
  'METRICS_ENVIRONMENT',
  'REGISTRY_ACCOUNT',
  'AWS_REGION',
]);
const logger = makePowertoolsLogger('ingest-finding');
const metrics = makePowertoolsMetrics('ingest-finding', environment.METRICS_ENVIRONMENT);
const ecr = makeEcrClient();
const ingest = makeIngestFinding({
  table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME }),
  estate: loadEstateFile(environment.ESTATE_FILE),
  layers: cachedLayers(makeEcrImageLayers(ecr)),
  tags: makeEcrImageTags(ecr),
  clock: () => new Date(),
  logger,
});
const home = { account: environment.REGISTRY_ACCOUNT, region: environment.AWS_REGION };

/** Entry point: batches of Inspector's events from the findings queue; a partial batch response comes back. */
export const handler = invocation({ logger, metrics }, makeHandleMessages({ ingest, home, logger, metrics }));
