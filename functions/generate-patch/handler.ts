import { AwsNotifier } from '../../adapters/aws/aws-notifier';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { makeEcrImageLookup } from '../../adapters/aws/ecr-image-lookup';
import { makePowertoolsLogger } from '../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import { chooseAuthors } from '../../adapters/aws/bedrock/choose-authors';
import { MODEL_TIMEOUT_SECONDS } from '../../domain/author/model-config';
import type { PatchItem } from '../../domain/table/patch-item';
import { wakesGeneratePatch } from '../../domain/table/stream-filters';
import { readEnvironment } from '../shared/environment';
import { loadEstateFile } from '../shared/estate-file';
import { invocation } from '../shared/invocation';
import { makeStreamBatch } from '../shared/stream-batch';
import { makeGeneratePatch } from './generate-patch';
import { underGuardrail } from './under-guardrail';

/** Seconds that the look at one image may need beside the model's. */
const OWN_SECONDS = 60;
/** Questions that one patch may ask. */
const QUESTIONS = 2;

const environment = readEnvironment([
  'TABLE_NAME',
  'ESTATE_FILE',
  'METRICS_ENVIRONMENT',
  'SCRIPT_BUCKET',
  'SCRIPT_KMS_KEY_ID',
  'GUARDRAIL',
  'TOPIC_ARN',
  'EVENT_BUS_NAME',
]);
const logger = makePowertoolsLogger('generate-patch');
const metrics = makePowertoolsMetrics('generate-patch', environment.METRICS_ENVIRONMENT);
const ports = {
  table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: environment.TABLE_NAME }),
  scripts: new S3ScriptStore({
    client: makeS3Client(),
    bucket: environment.SCRIPT_BUCKET,
    ...(environment.SCRIPT_KMS_KEY_ID !== undefined && { kmsKeyId: environment.SCRIPT_KMS_KEY_ID }),
  }),
  lookup: makeEcrImageLookup(makeEcrClient()),
  notifier: new AwsNotifier({
    sns: makeSnsClient(),
    eventBridge: makeEventBridgeClient(),
    topicArn: environment.TOPIC_ARN,
    eventBusName: environment.EVENT_BUS_NAME,
  }),
  clock: () => new Date(),
};
const estate = loadEstateFile(environment.ESTATE_FILE);
const model = underGuardrail(estate.model, environment.GUARDRAIL);
const authors = chooseAuthors({
  choice: estate.author ?? 'bedrock-then-rules',
  model,
  hint: 'set model.id in golden-images.yaml and deploy',
  table: ports.table,
  clock: ports.clock,
  metrics,
  logger,
});
const prices = estate.model?.prices;

/** What was planned, by whom, and what vetting made of the model's answers. What those cost is counted when they are paid. */
function countPatch({ author, model }: PatchItem): void {
  metrics.count('PatchesPlanned', 1, author);
  for (const { verdict } of model?.questions ?? []) metrics.count('ModelAnswers', 1, verdict);
}

/** Entry point: batches of the table's stream, one look at each image; a partial batch response comes back. */
export const handler = invocation(
  { logger, metrics },
  makeStreamBatch({
    service: 'generate-patch',
    estate,
    table: ports.table,
    clock: ports.clock,
    logger,
    metrics,
    read: toChangeRecord,
    wakes: wakesGeneratePatch,
    run: async (image, imageLogger) => {
      const result = await makeGeneratePatch({
        ...ports,
        authors,
        ...(prices !== undefined && { prices }),
        logger: imageLogger,
        metrics,
      })(image);
      if (result.did === 'planned') countPatch(result.patch);
      else metrics.count('PatchesNotPlanned', 1, result.why);
    },
    reserveMs: (OWN_SECONDS + QUESTIONS * (estate.model?.timeoutSeconds ?? MODEL_TIMEOUT_SECONDS)) * 1_000,
  }),
);
