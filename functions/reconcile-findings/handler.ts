import type { Context } from 'aws-lambda';
import { AwsNotifier } from '../../adapters/aws/aws-notifier';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { Ec2ImageBuilder } from '../../adapters/aws/ec2-image-builder';
import { floatingDigest } from '../../adapters/aws/ecr-floating-digest';
import { makeEcrImageLayers } from '../../adapters/aws/ecr-image-layers';
import { makeEcrImageLookup } from '../../adapters/aws/ecr-image-lookup';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { makeParentDigests } from '../../adapters/aws/parent-digests';
import { InspectorFindingSource } from '../../adapters/aws/inspector-finding-source';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { S3BuildLogs } from '../../adapters/aws/s3-build-logs';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { asUpdates } from '../../adapters/aws/signal-as-update';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { makePublicParents } from '../../adapters/registry/public-parents';
import type { GoldenImage } from '../../domain/config/golden-image';
import { imageOfRecipe, pipelineName, recipePrefix } from '../../domain/config/pipeline-name';
import { cachedLayers } from '../../domain/lineage/cached-layers';
import type { Logger } from '../../domain/ports';
import { hasOtherImages } from '../../domain/reconcile/other-images';
import { makeExpireApprovals } from '../decide-approval/expire-approvals';
import { lookUpSource } from '../generate-patch/look-up-source';
import { makeIngestFinding, makeJudgeAgain } from '../ingest-finding/ingest-finding';
import { makeRebuildImage } from '../rebuild-image/rebuild-image';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeSignalRebuild } from '../signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../start-build/start-build';
import { makeCheckPromoted } from '../track-build/check-promoted';
import { makeScanProof } from '../track-build/scan-proof';
import { makeTrackBuild } from '../track-build/track-build';
import { assertScheduled } from './events';
import type { ReconcileRun } from './reconcile-estate';
import { reconcileEstate } from './reconcile-estate';
import { makeReconcile } from './reconcile-findings';
import type { OtherUseCases, ReconcileResult } from './reconcile-ports';

/** Milliseconds that an image may need: with less left, it is the next run's. */
const RESERVE_MS = 180_000;
/** Milliseconds before the end of a run at which no more pages of a list are asked for. */
const LISTING_RESERVE_MS = 120_000;

const environment = readEnvironment([
  'TABLE_NAME',
  'ESTATE_FILE',
  'METRICS_ENVIRONMENT',
  'SCRIPT_BUCKET',
  'SCRIPT_KMS_KEY_ID',
  'BUILD_LOG_BUCKET',
  'SIGNAL_PREFIX',
  'PIPELINE_ARN_PREFIX',
  'REGISTRY_ACCOUNT',
  'REGISTRY_HOST',
  'TOPIC_ARN',
  'EVENT_BUS_NAME',
  'GATHER_SECONDS',
  'RESCAN_DAYS',
]);
const logger = makePowertoolsLogger('reconcile-findings');
const metrics = makePowertoolsMetrics('reconcile-findings', environment.METRICS_ENVIRONMENT);
const estate = loadEstateFile(environment.ESTATE_FILE);
const ecr = makeEcrClient();
const registry = new EcrImageRegistry({ client: ecr, registry: environment.REGISTRY_HOST });
const lookup = makeEcrImageLookup(ecr);
const table = new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME });
const s3 = makeS3Client();
const scripts = new S3ScriptStore({
  client: s3,
  bucket: environment.SCRIPT_BUCKET,
  ...(environment.SCRIPT_KMS_KEY_ID !== undefined && { kmsKeyId: environment.SCRIPT_KMS_KEY_ID }),
});
const ourRecipes = recipePrefix(environment.PIPELINE_ARN_PREFIX);
const shared = {
  table,
  estate,
  exceptions: estate.exceptions,
  scripts,
  signal: asUpdates(new SsmRebuildSignal({ client: makeSsmClient(), prefix: environment.SIGNAL_PREFIX })),
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
  lookup,
  layers: cachedLayers(makeEcrImageLayers(ecr)),
  source: new InspectorFindingSource({ client: makeInspectorClient(), account: environment.REGISTRY_ACCOUNT }),
  notifier: new AwsNotifier({
    sns: makeSnsClient(),
    eventBridge: makeEventBridgeClient(),
    topicArn: environment.TOPIC_ARN,
    eventBusName: environment.EVENT_BUS_NAME,
  }),
  metrics,
  clock: () => new Date(),
};

/** The use cases of the other functions, as those compose them. */
function otherUseCases(imageLogger: Logger): OtherUseCases {
  const ports = { ...shared, logger: imageLogger };
  const tracking = { ...ports, proof: makeScanProof(ports) };
  return {
    ingest: makeIngestFinding(ports),
    judgeAgain: makeJudgeAgain(ports),
    expireApprovals: makeExpireApprovals(ports),
    signalRebuild: makeSignalRebuild(ports),
    startBuild: makeStartBuild(ports),
    trackBuild: makeTrackBuild(tracking),
    checkPromoted: makeCheckPromoted(tracking),
    rebuildImage: makeRebuildImage(ports),
  };
}

/** What an invocation has for all of its images. */
interface Run {
  readonly context: Context;
  readonly parentDigest: ReturnType<typeof makeParentDigests>;
}

async function reconcile(image: GoldenImage, imageLogger: Logger, run: Run): Promise<ReconcileResult> {
  return await makeReconcile({
    ...shared,
    registry: {
      parentDigest: run.parentDigest,
      floatingDigest: async (of) => await floatingDigest(ecr, of),
      unusable: async (of, digest) => {
        const found = await lookUpSource(lookup, of, digest);
        return 'unusable' in found ? found.unusable : undefined;
      },
      hasImages: async ({ repository }, except) => hasOtherImages(await registry.imagesOf(repository), except),
    },
    useCases: otherUseCases(imageLogger),
    gatherSeconds: Number(environment.GATHER_SECONDS),
    ...(environment.RESCAN_DAYS !== undefined && { rescanDays: Number(environment.RESCAN_DAYS) }),
    isLate: () => run.context.getRemainingTimeInMillis() < LISTING_RESERVE_MS,
    logger: imageLogger,
  })(image);
}

/** Entry point: EventBridge's schedule. What the run came to comes back. */
export const handler = invocation(
  { logger, metrics },
  async (event: unknown, context: Context): Promise<ReconcileRun> => {
    assertScheduled(event);
    const publicParents = makePublicParents();
    const parentDigest = makeParentDigests({ host: environment.REGISTRY_HOST, registry, publicParents });
    const run = { context, parentDigest };
    return await reconcileEstate({
      images: [...estate.byRepository.values()],
      table,
      reconcile: async (image, imageLogger) => await reconcile(image, imageLogger, run),
      remainingMs: () => context.getRemainingTimeInMillis(),
      reserveMs: RESERVE_MS,
      logger,
      metrics,
    });
  },
);
