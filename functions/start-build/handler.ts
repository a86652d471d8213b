import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { Ec2ImageBuilder } from '../../adapters/aws/ec2-image-builder';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { imageOfParameter } from '../../adapters/aws/signal-parameter';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { pipelineName } from '../../domain/config/pipeline-name';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeHandleChange } from './handle-change';
import { makeHandleSignals } from './handle-signals';
import { makeStartBuild } from './start-build';

const environment = readEnvironment([
  'TABLE_NAME',
  'ESTATE_FILE',
  'METRICS_ENVIRONMENT',
  'SIGNAL_PREFIX',
  'PIPELINE_ARN_PREFIX',
  'REGISTRY_ACCOUNT',
  'REGISTRY_HOST',
  'AWS_REGION',
]);
const logger = makePowertoolsLogger('start-build');
const metrics = makePowertoolsMetrics('start-build', environment.METRICS_ENVIRONMENT);
const ports = {
  table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME }),
  signal: new SsmRebuildSignal({ client: makeSsmClient(), prefix: environment.SIGNAL_PREFIX }),
  builder: new Ec2ImageBuilder({
    client: makeImageBuilderClient(),
    pipelineArnOf: (image) => `${environment.PIPELINE_ARN_PREFIX}${pipelineName(image)}`,
    registry: new EcrImageRegistry({ client: makeEcrClient(), registry: environment.REGISTRY_HOST }),
  }),
  clock: () => new Date(),
};

/** Entry point: batches of "Parameter Store Change" from the signals queue; a partial batch response comes back. */
export const handler = invocation(
  { logger, metrics },
  makeHandleSignals(
    makeHandleChange({
      estate: loadEstateFile(environment.ESTATE_FILE),
      home: { account: environment.REGISTRY_ACCOUNT, region: environment.AWS_REGION },
      imageOf: (parameter) => imageOfParameter(environment.SIGNAL_PREFIX, parameter),
      startBuild: async (image, imageLogger) => await makeStartBuild({ ...ports, logger: imageLogger })(image),
      logger,
      metrics,
    }),
  ),
);
