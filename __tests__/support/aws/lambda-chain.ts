import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { SQSClient } from '@aws-sdk/client-sqs';
import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { makeDynamoDbClient } from '../../../adapters/aws/clients/dynamodb-client';
import { makeS3Client } from '../../../adapters/aws/clients/s3-client';
import { makeSsmClient } from '../../../adapters/aws/clients/ssm-client';
import { DynamoDbFindingTable } from '../../../adapters/aws/dynamodb-finding-table';
import { S3ScriptStore } from '../../../adapters/aws/s3-script-store';
import { parameterName } from '../../../adapters/aws/signal-parameter';
import { SsmRebuildSignal } from '../../../adapters/aws/ssm-rebuild-signal';
import { configKeys } from '../../../domain/config/config-schema';
import { toEstate } from '../../../domain/config/golden-image';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { pipelineName } from '../../../domain/config/pipeline-name';
import { BEHAVIOURS } from '../converse/behaviours';
import { startConverseServer } from '../converse/converse-server';
import { awsEnvironment, TEST_ACCOUNT, TEST_REGION, withEnvironment } from './aws-environment';
import { type ChainResources, createChainResources } from './chain-resources';
import { CHAIN_SETTINGS, type ChainSettings } from './chain-settings';
import { startEcrServer } from './ecr-server';
import { EmulatedScanner } from './emulated-scanner';
import { type BusEvent, EventBus } from './event-bus';
import { pipelineArn, startImageBuilderServer } from './image-builder-server';
import { startInspectorServer } from './inspector-server';
import { LambdaFunction } from './lambda-function';
import { ESTATE_NAME, makeEstateLayer } from './lambda-zips';
import { ParameterChanges } from './parameter-changes';
import { QueuePoller } from './queue-poller';
import { createParameter, sendMessages, uniqueName } from './resources';
import { ServiceEvents } from './service-events';
import { StreamPoller } from './stream-poller';
import { countDelayed } from './waiting-messages';

/** Host name of the tests' registry. */
export const REGISTRY_HOST = `${TEST_ACCOUNT}.dkr.ecr.${TEST_REGION}.amazonaws.com`;

/** What pipelines are called before the image's name. */
const PIPELINE_PREFIX = 'test-';

/** Messages that are in the queue at once. */
const PART = 100;

/** Names of the functions. */
const FUNCTIONS = [
  ...(['ingest-finding', 'generate-patch', 'signal-rebuild', 'start-build'] as const),
  ...(['track-build', 'reconcile-findings'] as const),
];
type FunctionName = (typeof FUNCTIONS)[number];
/** Seconds that an invocation may take, where it is not a minute; as in the stack. */
const TIMEOUTS: Readonly<Partial<Record<FunctionName, number>>> = {
  'ingest-finding': 120,
  'generate-patch': 900,
  'track-build': 600,
  'reconcile-findings': 900,
};
/** Times that Lambda tries an event of EventBridge again; as in the stack. */
const RETRIES = 2;

/** What a deployment gives the functions, and what they act on beside the resources. */
export interface Deployment {
  /** Variables by function. Paths below `/opt` are of its layer. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Pipelines that there are. */
  readonly pipelineArns: readonly string[];
}

/** Where Lambda lays layers out (Lambda guide, "Packaging your layer content"). */
const LAYER_ROOT = '/opt';

/** How the chain is set up. */
export interface LambdaChainOptions {
  /** URL of moto. */
  readonly moto: string;
  /** URL of a server before moto that the functions' calls of DynamoDB, S3 and SSM go to. @default moto itself */
  readonly endpoint?: string;
  readonly zips: ReadonlyMap<string, Uint8Array>;
  /** `golden-images.yaml`, parsed. */
  readonly config: object;
  readonly resources?: ChainResources;
  readonly settings?: ChainSettings;
  /** @default what the resources and the images ask for */
  readonly deployment?: Deployment;
}

/** The chain on the emulator. */
export type LambdaChain = Awaited<ReturnType<typeof startLambdaChain>>;

/**
 * Sets the chain up as the stack deploys it: the bundled functions with their environment, the queue behind EventBridge's
 * rule, the two consumers of the table's stream, the rule on the signal parameters, and servers for what moto has not
 * (downloads of layers, Image Builder, Inspector, Bedrock). The pollers' time is the test's, in which gather windows pass at
 * once; the functions' own is the machine's, until a test moves it on (`advance`). Builds and scans end when a test says so:
 * emulated-builds.ts, emulated-scanner.ts.
 */
export async function startLambdaChain(options: LambdaChainOptions) {
  const { moto, zips, settings = CHAIN_SETTINGS } = options;
  const resources = options.resources ?? (await createChainResources());
  const { table, queue, signals, scriptBucket, buildLogBucket, failureBucket, signalPrefix, topicArn } = resources;
  const ecr = await startEcrServer(moto);
  const imageBuilder = await startImageBuilderServer();
  const inspector = await startInspectorServer();
  const bedrock = await startConverseServer(BEHAVIOURS.good);
  // This process's own clients of what moto has not go where the functions' go.
  const stubs = {
    AWS_ENDPOINT_URL_ECR: ecr.url,
    AWS_ENDPOINT_URL_IMAGEBUILDER: imageBuilder.url,
    AWS_ENDPOINT_URL_INSPECTOR2: inspector.url,
  };
  const restore = withEnvironment(stubs);
  const clients = { sqs: new SQSClient(), streams: new DynamoDBStreamsClient(), s3: makeS3Client() };
  const ssm = makeSsmClient();
  let now = Date.now();
  const clock = (): Date => new Date(now);
  /** Milliseconds by which the functions' clock is ahead of the machine's. */
  let ahead = 0;
  const time = (): Date => new Date(Date.now() + ahead);

  const ownVariables = {
    TABLE_NAME: table.name,
    ESTATE_FILE: `${LAYER_ROOT}/${ESTATE_NAME}`,
    METRICS_ENVIRONMENT: 'golden-images-test',
    SCRIPT_BUCKET: scriptBucket,
    BUILD_LOG_BUCKET: buildLogBucket,
    SIGNAL_PREFIX: signalPrefix,
    PIPELINE_ARN_PREFIX: pipelineArn(PIPELINE_PREFIX),
    REGISTRY_ACCOUNT: TEST_ACCOUNT,
    REGISTRY_HOST,
    TOPIC_ARN: topicArn,
    EVENT_BUS_NAME: 'default',
    GATHER_SECONDS: String(settings.generatePatch.maximumBatchingWindowInSeconds),
    RESCAN_DAYS: '180',
  };
  const environment = (name: FunctionName, layerRoot: string): Record<string, string> => ({
    ...awsEnvironment(options.endpoint ?? moto),
    // Requests say by it whose they are: see observed-calls.ts.
    AWS_ACCESS_KEY_ID: name,
    ...stubs,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url,
    ...atLayer(options.deployment === undefined ? ownVariables : options.deployment.variables[name], layerRoot),
  });
  let functions: Record<FunctionName, LambdaFunction>;
  let estate: ReturnType<typeof toEstate>;
  const deploy = async (config: object): Promise<void> => {
    estate = toEstate(configKeys.parse(config));
    const layer = makeEstateLayer(config);
    const make = (name: FunctionName): LambdaFunction =>
      new LambdaFunction({
        name,
        zip: zips.get(name) ?? new Uint8Array(),
        layer,
        environment: (root) => environment(name, root),
        timeout: TIMEOUTS[name] ?? 60,
        ahead: () => ahead,
      });
    functions = Object.fromEntries(FUNCTIONS.map((name) => [name, make(name)])) as typeof functions;
    for (const image of estate.byRepository.values()) {
      const own = [pipelineArn(`${PIPELINE_PREFIX}${pipelineName(image)}`)];
      for (const arn of options.deployment?.pipelineArns ?? own) imageBuilder.pipelines.add(arn);
      const name = parameterName(signalPrefix, image.name);
      if ((await signal.get(image.name)) === undefined) await createParameter(ssm, name);
    }
  };
  const signal = new SsmRebuildSignal({ client: ssm, prefix: signalPrefix });
  await deploy(options.config);

  const bus = new EventBus(moto);
  const rule = uniqueName('findings');
  await bus.putRule({ name: rule, pattern: settings.findings, queueArn: queue.arn });
  const findings = new QueuePoller({
    client: clients.sqs,
    queueUrl: queue.url,
    queueArn: queue.arn,
    invoke: async (event) => await functions['ingest-finding'].invoke(event),
    reportBatchItemFailures: true,
    ...settings.queue,
  });
  const consumer = (functionName: 'generate-patch' | 'signal-rebuild'): StreamPoller =>
    new StreamPoller({
      streams: clients.streams,
      streamArn: table.streamArn,
      functionName,
      invoke: async (event) => await functions[functionName].invoke(event),
      onFailure: { client: clients.s3, bucket: failureBucket },
      clock,
      ageFrom: 'read',
      ...(functionName === 'generate-patch' ? settings.generatePatch : settings.signalRebuild),
    });
  const generatePatch = consumer('generate-patch');
  const signalRebuild = consumer('signal-rebuild');
  const trackBuild = {
    send: async (event: unknown) => await functions['track-build'].invoke(event),
    retries: RETRIES,
  };
  const events = new ServiceEvents([
    { pattern: settings.findings, send: async (event) => await bus.putEvents([event]) },
    {
      pattern: settings.signals(signalPrefix),
      send: async (event) => {
        await sendMessages(clients.sqs, signals.url, [JSON.stringify(event)]);
      },
    },
    {
      pattern: settings.builds(`arn:aws:imagebuilder:${TEST_REGION}:${TEST_ACCOUNT}:image/${PIPELINE_PREFIX}`),
      ...trackBuild,
    },
    { pattern: settings.scans, ...trackBuild },
  ]);
  const changes = new ParameterChanges({
    client: ssm,
    prefix: signalPrefix,
    pattern: settings.signals(signalPrefix),
    send: async (event) => {
      events.emit(event);
      await Promise.resolve();
    },
  });
  const scanner = new EmulatedScanner({
    server: inspector,
    ecr: makeEcrClient(),
    emit: (event) => {
      events.emit(event);
    },
    clock: time,
  });
  const rebuilds = new QueuePoller({
    client: clients.sqs,
    queueUrl: signals.url,
    queueArn: signals.arn,
    invoke: async (event) => await functions['start-build'].invoke(event),
    reportBatchItemFailures: true,
  });

  let consumed = 0;
  /** Lets everything run once that there is something for now. @returns how often functions were invoked */
  const step = async (): Promise<number> => {
    const before = consumed;
    const delivered = await events.deliver();
    const { invocations } = await findings.poll();
    const mappings = [await generatePatch.poll(), await signalRebuild.poll()];
    consumed = mappings.reduce((sum, mapping) => sum + mapping.invocations, 0);
    await changes.deliver();
    const later = await events.deliver();
    return delivered + invocations + consumed - before + later + (await rebuilds.poll()).invocations;
  };

  return {
    ...{ resources, ecr, imageBuilder, inspector, bedrock, bus, findings, generatePatch, signalRebuild, changes },
    /** Events of Image Builder, Inspector and SSM on their way: they are delivered by {@link step}. */
    events,
    scanner,
    table: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: table.name }),
    scripts: new S3ScriptStore({ client: clients.s3, bucket: scriptBucket }),
    signal,
    failures: { client: clients.s3, bucket: failureBucket },
    get functions() {
      return functions;
    },
    /** A golden image of the estate, by its name. */
    image: (name: string): GoldenImage => {
      const found = [...estate.byRepository.values()].find((image) => image.name === name);
      if (found === undefined) throw new Error(`no image ${name} is declared`);
      return found;
    },
    exceptions: () => estate.exceptions,
    /** Deploys another `golden-images.yaml`: a new version of the layer, and so cold starts. */
    redeploy: async (config: object): Promise<void> => {
      await Promise.all(
        Object.values(functions).map(async (one) => {
          await one.remove();
        }),
      );
      await deploy(config);
    },
    /** Has Inspector send findings through the event bus, and lets the queue be worked off. @returns how many got there */
    send: async (events: readonly BusEvent[]): Promise<number> => {
      let matched = 0;
      // In parts: moto takes longer the longer the queue is.
      for (let start = 0; start < events.length; start += PART) {
        matched += await bus.putEvents(events.slice(start, start + PART));
        await findings.poll();
      }
      return matched;
    },
    /** Puts messages into the queue as they are, past the event bus, and lets it be worked off. */
    enqueue: async (bodies: readonly string[]): Promise<void> => {
      for (let start = 0; start < bodies.length; start += PART) {
        await sendMessages(clients.sqs, queue.url, bodies.slice(start, start + PART));
        await findings.poll();
      }
    },
    step,
    /** The functions' time. */
    time,
    /** Moves the functions' clock on. */
    advance: (seconds: number): void => {
      ahead += seconds * 1000;
    },
    /** Has the schedule run reconcile-findings once. @returns what the run came to */
    reconcile: async (): Promise<unknown> =>
      await functions['reconcile-findings'].invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event' }),
    /** Lets time pass for the pollers. */
    wait: (seconds: number): void => {
      now += seconds * 1000;
    },
    /** Lets everything run, gather windows included, until nothing is left to do but the builds. */
    settle: async (): Promise<void> => {
      for (let round = 0; round < 100; round++) {
        let work = await step();
        now += settings.generatePatch.maximumBatchingWindowInSeconds * 1000;
        work += await step();
        if (work > 0) continue;
        if ((await countDelayed(signals.url)) === 0) return;
        await sleep(1000);
      }
      throw new Error('the chain does not come to rest');
    },
    stop: async (): Promise<void> => {
      restore();
      await Promise.all(
        Object.values(functions).map(async (one) => {
          await one.remove();
        }),
      );
      await bus.removeRule(rule);
      await ecr.stop();
      await imageBuilder.stop();
      await inspector.stop();
      await bedrock.close();
    },
  };
}

/** Variables with the place where a layer lies in place of Lambda's. */
function atLayer(variables: Readonly<Record<string, string>> = {}, layerRoot: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.startsWith(`${LAYER_ROOT}/`) ? `${layerRoot}${value.slice(LAYER_ROOT.length)}` : value,
    ]),
  );
}
