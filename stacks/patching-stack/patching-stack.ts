import { join } from 'node:path';
import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { EventArchive } from '../../modules/event-archive/event-archive';
import { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import { EnvironmentStack } from '../environment-stack';
import type { Settings } from '../settings/settings';
import { ARCHIVED } from './events';
import { addHealth } from './health';
import { FUNCTIONS } from './functions';
import type { SharedResources } from './shared-resources';
import { makeSharedResources } from './shared-resources';

/** What is built before the stack is. */
export interface PatchingArtifacts {
  /** Absolute path of the directory with one zip per function, as `npm run bundle` writes it. */
  readonly functions: string;
  /** Absolute path of the zip with `golden-images.json`. */
  readonly estate: string;
}

/** From findings to the start of builds: events, queue, table, stream, functions, scripts, alarms. */
export class PatchingStack extends EnvironmentStack {
  constructor(scope: Construct, settings: Settings, artifacts: PatchingArtifacts) {
    super(scope, 'patching', settings);
    const { environment, label } = settings;
    const shared = makeSharedResources(this, settings, artifacts.estate);
    const functions = new Map(
      FUNCTIONS.map((entry) => [entry.name, this.addFunction(entry, shared, artifacts.functions)]),
    );
    new EventArchive(this, 'archive', {
      name: label.name('archive', 'events'),
      place: environment,
      pattern: ARCHIVED,
      retentionDays: environment.retention.archiveDays,
    });
    addHealth(this, shared, functions);
    this.addOutputs(shared);
  }

  private addFunction(entry: (typeof FUNCTIONS)[number], shared: SharedResources, zips: string): LambdaFunction {
    const { environment, label } = shared.settings;
    const target = new LambdaFunction(this, entry.name, {
      name: label.name('function', entry.name),
      description: entry.description,
      place: environment,
      codeZip: join(zips, `${entry.name}.zip`),
      key: shared.key,
      failureDestination: shared.failures,
      logRetentionDays: environment.retention.logsDays,
      timeoutSeconds: entry.timeoutSeconds,
      memoryMegabytes: entry.memoryMegabytes,
      layers: [shared.estate.arn],
      environment: {
        TABLE_NAME: shared.table.name,
        ESTATE_FILE: shared.estate.file,
        METRICS_ENVIRONMENT: label.prefix,
        ...entry.variables(shared),
      },
      ...(environment.permissionsBoundary !== undefined && { permissionsBoundary: environment.permissionsBoundary }),
    });
    entry.connect(this, target, shared);
    return target;
  }

  private addOutputs({ table, scripts, failedBatches, failures, topic }: SharedResources): void {
    const outputs = {
      'table-name': [table.name, 'Name of the finding table'],
      'scripts-bucket': [scripts.name, 'Bucket of scripts and papers'],
      'failures-bucket': [failedBatches.name, 'Bucket of stream batches that failed for good'],
      'failures-queue': [failures.name, 'Queue of events that failed for good'],
      'notifications-topic': [topic.arn, 'Topic that alarms go to'],
    } as const;
    for (const [id, [value, description]] of Object.entries(outputs))
      new TerraformOutput(this, id, { value, description });
  }
}
