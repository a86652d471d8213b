import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { makeTrackingPorts } from '../../adapters/aws/tracking-ports';
import { recipePrefix } from '../../domain/config/pipeline-name';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeHandleEvent } from './handle-event';
import { makeScanProof } from './scan-proof';
import { makeTrackBuild } from './track-build';

const environment = readEnvironment([
  'TABLE_NAME',
  'ESTATE_FILE',
  'METRICS_ENVIRONMENT',
  'SCRIPT_BUCKET',
  'SCRIPT_KMS_KEY_ID',
  'BUILD_LOG_BUCKET',
  'PIPELINE_ARN_PREFIX',
  'REGISTRY_ACCOUNT',
  'REGISTRY_HOST',
  'TOPIC_ARN',
  'EVENT_BUS_NAME',
  'AWS_REGION',
]);
const logger = makePowertoolsLogger('track-build');
const metrics = makePowertoolsMetrics('track-build', environment.METRICS_ENVIRONMENT);
const estate = loadEstateFile(environment.ESTATE_FILE);
const ports = { ...makeTrackingPorts(environment, { estate, logger, ecr: makeEcrClient() }), metrics };

/** Entry point: EventBridge's "EC2 Image Builder Image State Change" and "Inspector2 Scan". */
export const handler = invocation(
  { logger, metrics },
  makeHandleEvent({
    estate,
    home: { account: environment.REGISTRY_ACCOUNT, region: environment.AWS_REGION },
    recipePrefix: recipePrefix(environment.PIPELINE_ARN_PREFIX),
    table: ports.table,
    trackBuild: async (image, imageLogger) => {
      const observed = { ...ports, logger: imageLogger };
      return await makeTrackBuild({ ...observed, proof: makeScanProof(observed) })(image);
    },
    logger,
    metrics,
  }),
);
