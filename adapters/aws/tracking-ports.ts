import type { Estate } from '../../domain/config/golden-image';
import { imageOfRecipe, pipelineName, recipePrefix } from '../../domain/config/pipeline-name';
import type { Logger } from '../../domain/ports';
import { AwsNotifier } from './aws-notifier';
import { makeDynamoDbClient } from './clients/dynamodb-client';
import type { makeEcrClient } from './clients/ecr-client';
import { makeEventBridgeClient } from './clients/eventbridge-client';
import { makeImageBuilderClient } from './clients/imagebuilder-client';
import { makeInspectorClient } from './clients/inspector-client';
import { makeS3Client } from './clients/s3-client';
import { makeSnsClient } from './clients/sns-client';
import { DynamoDbFindingTable } from './dynamodb-finding-table';
import { Ec2ImageBuilder } from './ec2-image-builder';
import { makeEcrImageLayers } from './ecr-image-layers';
import { makeEcrImageLookup } from './ecr-image-lookup';
import { EcrImageRegistry } from './ecr-image-registry';
import { InspectorFindingSource } from './inspector-finding-source';
import { S3BuildLogs } from './s3-build-logs';
import { S3ScriptStore } from './s3-script-store';

/** The variables of a function that follows builds (functions/shared/environment.ts says what each is). */
export interface TrackingEnvironment {
  readonly TABLE_NAME: string;
  readonly SCRIPT_BUCKET: string;
  readonly SCRIPT_KMS_KEY_ID?: string | undefined;
  readonly BUILD_LOG_BUCKET: string;
  readonly PIPELINE_ARN_PREFIX: string;
  readonly REGISTRY_ACCOUNT: string;
  readonly REGISTRY_HOST: string;
  readonly TOPIC_ARN: string;
  readonly EVENT_BUS_NAME: string;
}

/** The ports on AWS of what follows a build to its end: each client is made once. */
export interface TrackingPorts {
  readonly table: DynamoDbFindingTable;
  readonly scripts: S3ScriptStore;
  readonly builder: Ec2ImageBuilder;
  readonly registry: EcrImageRegistry;
  readonly lookup: ReturnType<typeof makeEcrImageLookup>;
  readonly layers: ReturnType<typeof makeEcrImageLayers>;
  readonly source: InspectorFindingSource;
  readonly notifier: AwsNotifier;
  readonly exceptions: Estate['exceptions'];
  readonly clock: () => Date;
}

/**
 * Makes the ports that track-build and reconcile-findings share.
 * @param ecr client of the registry, which the function may need for more
 */
export function makeTrackingPorts(
  environment: TrackingEnvironment,
  { estate, logger, ecr }: { estate: Estate; logger: Logger; ecr: ReturnType<typeof makeEcrClient> },
): TrackingPorts {
  const s3 = makeS3Client();
  const registry = new EcrImageRegistry({ client: ecr, registry: environment.REGISTRY_HOST });
  const scripts = new S3ScriptStore({
    client: s3,
    bucket: environment.SCRIPT_BUCKET,
    ...(environment.SCRIPT_KMS_KEY_ID !== undefined && { kmsKeyId: environment.SCRIPT_KMS_KEY_ID }),
  });
  const ourRecipes = recipePrefix(environment.PIPELINE_ARN_PREFIX);
  return {
    table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME }),
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
    clock: () => new Date(),
  };
}
