import { GENERATE_PATCH_FILTERS } from '../../../domain/table/stream-filters';
import { grantModelAccess } from '../../../modules/model-access/model-access';
import { arnOf } from '../../../modules/place/place';
import { StreamMapping } from '../../../modules/stream-mapping/stream-mapping';
import type { FunctionEntry } from '../function-entry';

/** Seconds: Lambda's most. A model may need minutes for an answer (aws-facts 3). */
const TIMEOUT_SECONDS = 900;
/** Seconds behind the stream at which somebody is told: two runs and the longest window. */
const LATE_SECONDS = 3600;

/** Open findings of an image, gathered, into one vetted script. */
export const generatePatch: FunctionEntry = {
  name: 'generate-patch',
  description: 'Plans, has written, vets and renders the patch of an image',
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMegabytes: 1024,
  variables: ({ scripts, key }) => ({ SCRIPT_BUCKET: scripts.name, SCRIPT_KMS_KEY_ID: key.arn }),
  connect: (scope, target, { settings, table, scripts, failedBatches, alarms }) => {
    const { environment, estate } = settings;
    new StreamMapping(scope, 'open-findings', {
      table,
      target,
      filters: GENERATE_PATCH_FILTERS,
      failures: failedBatches,
      windowSeconds: environment.gatherSeconds,
    });
    table.grantReadWrite(target);
    scripts.grantReadWrite(target, ['scripts/', 'audit/']);
    target.allow({
      sid: 'LookAtGoldenImages',
      actions: ['ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [arnOf(environment, 'ecr', 'repository/*')],
    });
    alarms.addIteratorAge('generate-patch-late', target, LATE_SECONDS);
    const { model, author } = estate;
    if (model === undefined || author === 'rules') return;
    const region = model.region ?? environment.region;
    grantModelAccess(target, {
      modelId: model.id,
      place: { account: environment.account, region },
      ...(environment.modelRegions !== undefined && { destinationRegions: environment.modelRegions }),
      ...(environment.modelArns !== undefined && { modelArns: environment.modelArns }),
      ...(model.guardrail !== undefined && { guardrail: model.guardrail.id }),
    });
    // Metrics are where the model is asked; an alarm elsewhere would never ring.
    if (region === environment.region)
      alarms.add('model-throttled', {
        description: `Bedrock throttles ${model.id}. Patches wait, or rules write them: ask for a higher quota, or take another model.`,
        namespace: 'AWS/Bedrock',
        metric: 'InvocationThrottles',
        dimensions: { ModelId: model.id },
        statistic: 'Sum',
        threshold: 0,
        periods: 3,
      });
  },
};
