import { GENERATE_PATCH_FILTERS } from '../../../domain/table/stream-filters';
import { grantModelAccess } from '../../../modules/model-access/model-access';
import { arnOf } from '../../../modules/place/place';
import { StreamMapping } from '../../../modules/stream-mapping/stream-mapping';
import type { Guardrail } from '../../../modules/guardrail/guardrail';
import type { FunctionEntry } from '../function-entry';
import { alarmOnNotices } from '../notices-alarm';
import { alarmOnPostponed } from '../postponed-alarm';
import type { SharedResources } from '../shared-resources';

/** Seconds: Lambda's most. A model may need minutes for an answer (Bedrock user guide, structured-output). */
const TIMEOUT_SECONDS = 900;
/** Seconds behind the stream at which somebody is told: two runs and the longest window. */
const LATE_SECONDS = 3600;

/** Open findings of an image, gathered, into one vetted script. */
export const generatePatch: FunctionEntry = {
  name: 'generate-patch',
  description: 'Plans, has written, vets and renders the patch of an image',
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMegabytes: 1024,
  variables: (shared) => {
    const guardrail = ownGuardrail(shared);
    return {
      SCRIPT_BUCKET: shared.scripts.name,
      SCRIPT_KMS_KEY_ID: shared.key.arn,
      TOPIC_ARN: shared.topic.arn,
      EVENT_BUS_NAME: 'default',
      ...(guardrail !== undefined && { GUARDRAIL: `${guardrail.guardrailId}:${guardrail.version}` }),
    };
  },
  connect: (scope, target, shared) => {
    const { settings, table, scripts, failedBatches, alarms, topic } = shared;
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
    // A patch that waits for approval is told of.
    topic.grantPublish(target);
    target.allow({
      sid: 'LookAtGoldenImages',
      actions: ['ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [arnOf(environment, 'ecr', 'repository/*')],
    });
    alarmOnPostponed(shared, 'generate-patch', target);
    alarmOnNotices(shared, 'generate-patch', target);
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
    ownGuardrail(shared)?.grantApply(target);
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

/** The guardrail that the stack makes, where the model is asked under that one. */
function ownGuardrail({ guardrail, settings: { estate } }: SharedResources): Guardrail | undefined {
  const { model, author } = estate;
  return model === undefined || model.guardrail !== undefined || author === 'rules' ? undefined : guardrail;
}
