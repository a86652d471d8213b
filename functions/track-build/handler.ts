import { AwsNotifier } from '../../adapters/aws/aws-notifier';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { Ec2ImageBuilder } from '../../adapters/aws/ec2-image-builder';
import { makeEcrImageLayers } from '../../adapters/aws/ecr-image-layers';
import { makeEcrImageLookup } from '../../adapters/aws/ecr-image-lookup';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { InspectorFindingSource } from '../../adapters/aws/inspector-finding-source';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { S3BuildLogs } from '../../adapters/aws/s3-build-logs';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { imageOfRecipe, pipelineName, recipePrefix } from '../../domain/config/pipeline-name';
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
const table = new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME });
const ecr = makeEcrClient();
const registry = new EcrImageRegistry({ client: ecr, registry: environment.REGISTRY_HOST });
const s3 = makeS3Client();
const scripts = new S3ScriptStore({
  client: s3,
  bucket: environment.SCRIPT_BUCKET,
  ...(environment.SCRIPT_KMS_KEY_ID !== undefined && { kmsKeyId: environment.SCRIPT_KMS_KEY_ID }),
});
const ourRecipes = recipePrefix(environment.PIPELINE_ARN_PREFIX);
const ports = {
  table,
  scripts,
  builder: new Ec2ImageBuilder({
    client: makeImageBuilderClient(),
    pipelineArnOf: (image) => `${environment.PIPELINE_ARN_PREFIX}${pipelineName(image)}`,
    registry,
    logs: new S3BuildLogs({
      ...{ client: s3, bucket: environment.BUILD_LOG_BUCKET, scripts, logger },
      imageOf: (recipe) => imageOfRecipe(estate.byRepository.values(), ourRecipes, recipe),
    }),
  }),
  registry,
  lookup: makeEcrImageLookup(ecr),
  layers: makeEcrImageLayers(ecr),
  source: new InspectorFindingSource({ client: makeInspectorClient(), account: environment.REGISTRY_ACCOUNT }),
  notifier: new AwsNotifier({
    sns: makeSnsClient(),
    eventBridge: makeEventBridgeClient(),
    topicArn: environment.TOPIC_ARN,
    eventBusName: environment.EVENT_BUS_NAME,
  }),
  exceptions: estate.exceptions,
  metrics,
  clock: () => new Date(),
};

/** Entry point: EventBridge's "EC2 Image Builder Image State Change" and "Inspector2 Scan". */
export const handler = invocation(
  { logger, metrics },
  makeHandleEvent({
    estate,
    home: { account: environment.REGISTRY_ACCOUNT, region: environment.AWS_REGION },
    recipePrefix: ourRecipes,
    table,
    trackBuild: async (image, imageLogger) => {
      const observed = { ...ports, logger: imageLogger };
      return await makeTrackBuild({ ...observed, proof: makeScanProof(observed) })(image);
    },
    logger,
    metrics,
  }),
);
