import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChainResources } from '../aws/chain-resources';
import type { ChainSettings, StreamSettings } from '../aws/chain-settings';
import type { Deployment } from '../aws/lambda-chain';
import { pipelineArn } from '../aws/image-builder-server';
import type { AppliedEnvironment } from './applied-environment';
import type { EventSourceMapping } from './mapping-server';

/** What the chain is set up with where Terraform has deployed it: nothing of it is the tests' own. */
export interface AppliedChain {
  readonly resources: ChainResources;
  readonly settings: ChainSettings;
  readonly deployment: Deployment;
}

/**
 * Takes the chain from what Terraform deployed.
 * @param mappings event source mappings as the provider asked Lambda for them
 * @param imagesStack folder of the synthesized images stack, whose pipelines no emulator has
 * @throws Error that names what is not there
 */
export function appliedChain(
  environment: AppliedEnvironment,
  mappings: readonly EventSourceMapping[],
  imagesStack: string,
): AppliedChain {
  const pattern = (rule: string): Readonly<Record<string, unknown>> =>
    rulePattern.parse(environment.eventPatterns[rule]);
  const mapping = (folder: string): EventSourceMapping => mappingOf(environment, mappings, folder);
  const queue = mapping('ingest-finding');
  const signals = mapping('start-build');
  return {
    resources: {
      table: { name: environment.tableName, streamArn: environment.streamArn },
      queue: {
        url: environment.findingsQueueUrl,
        arn: queue.EventSourceArn,
        deadLetterUrl: environment.deadLettersQueueUrl,
      },
      scriptBucket: environment.scriptsBucket,
      buildLogBucket: environment.functions['track-build']?.variables['BUILD_LOG_BUCKET'] ?? '',
      signals: {
        url: environment.signalsQueueUrl,
        arn: signals.EventSourceArn,
        deadLetterUrl: environment.signalsDeadLettersQueueUrl,
      },
      failureBucket: failureBucket(mapping('generate-patch')),
      signalPrefix: environment.functions['signal-rebuild']?.variables['SIGNAL_PREFIX'] ?? '',
      topicArn: environment.functions['track-build']?.variables['TOPIC_ARN'] ?? '',
    },
    settings: {
      findings: pattern('inspector-findings'),
      signals: () => pattern('rebuild-signals'),
      builds: () => pattern('build-ends'),
      scans: pattern('image-scans'),
      queue: { batchSize: queue.BatchSize },
      generatePatch: streamSettings(mapping('generate-patch')),
      signalRebuild: streamSettings(mapping('signal-rebuild')),
    },
    deployment: {
      variables: Object.fromEntries(
        Object.entries(environment.functions).map(([folder, { variables }]) => [folder, variables]),
      ),
      pipelineArns: pipelineArns(imagesStack),
    },
  };
}

const rulePattern = z.record(z.string(), z.unknown());

function mappingOf(
  { functions }: AppliedEnvironment,
  mappings: readonly EventSourceMapping[],
  folder: string,
): EventSourceMapping {
  const name = functions[folder]?.name ?? '';
  const [mapping, ...more] = mappings.filter(({ FunctionName }) => FunctionName.split(':').at(-1) === name);
  if (mapping === undefined || more.length > 0) throw new Error(`${folder} has not one event source mapping`);
  return mapping;
}

/** @throws Error where a setting is none that the chain's pollers know */
function streamSettings(mapping: EventSourceMapping): StreamSettings {
  const { FilterCriteria, FunctionResponseTypes, BisectBatchOnFunctionError } = mapping;
  if (FilterCriteria === undefined || !BisectBatchOnFunctionError)
    throw new Error(`the mapping of ${mapping.FunctionName} has no filter, or does not halve batches`);
  if (FunctionResponseTypes.join() !== 'ReportBatchItemFailures')
    throw new Error(`the mapping of ${mapping.FunctionName} does not take partial responses`);
  return {
    filterCriteria: FilterCriteria,
    batchSize: mapping.BatchSize,
    maximumBatchingWindowInSeconds: mapping.MaximumBatchingWindowInSeconds,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: true,
    reportBatchItemFailures: true,
  };
}

function failureBucket({ DestinationConfig }: EventSourceMapping): string {
  return DestinationConfig?.OnFailure.Destination.split(':').at(-1) ?? '';
}

const imagesJson = z.object({
  resource: z.object({ aws_imagebuilder_image_pipeline: z.record(z.string(), z.object({ name: z.string() })) }),
});

/** ARNs that Image Builder makes of the pipelines' names (Image Builder API, CreateImagePipeline). */
function pipelineArns(imagesStack: string): readonly string[] {
  const { resource } = imagesJson.parse(JSON.parse(readFileSync(join(imagesStack, 'cdk.tf.json'), 'utf8')));
  return Object.values(resource.aws_imagebuilder_image_pipeline).map(({ name }) => pipelineArn(name));
}
