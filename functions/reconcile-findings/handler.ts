import type { Context } from 'aws-lambda';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { floatingDigest } from '../../adapters/aws/ecr-floating-digest';
import { makeParentDigests } from '../../adapters/aws/parent-digests';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { asUpdates } from '../../adapters/aws/signal-as-update';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { makeTrackingPorts } from '../../adapters/aws/tracking-ports';
import { makePublicParents } from '../../adapters/registry/public-parents';
import type { GoldenImage } from '../../domain/config/golden-image';
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
const tracking = makeTrackingPorts(environment, { estate, logger, ecr });
const { table, registry, lookup } = tracking;
const shared = {
  ...tracking,
  estate,
  signal: asUpdates(new SsmRebuildSignal({ client: makeSsmClient(), prefix: environment.SIGNAL_PREFIX })),
  layers: cachedLayers(tracking.layers),
  metrics,
};

/** The use cases of the other functions, as those compose them. */
function otherUseCases(imageLogger: Logger): OtherUseCases {
  const ports = { ...shared, logger: imageLogger };
  const proven = { ...ports, proof: makeScanProof(ports) };
  return {
    ingest: makeIngestFinding(ports),
    judgeAgain: makeJudgeAgain(ports),
    expireApprovals: makeExpireApprovals(ports),
    signalRebuild: makeSignalRebuild(ports),
    startBuild: makeStartBuild(ports),
    trackBuild: makeTrackBuild(proven),
    checkPromoted: makeCheckPromoted(proven),
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
      hasImages: async ({ repository }) => hasOtherImages(await registry.imagesOf(repository)),
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
