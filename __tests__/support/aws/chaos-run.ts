import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { imagePartition } from '../../../domain/table/keys';
import { isReconcileItem } from '../../../domain/table/reconcile-item';
import { TEST_ACCOUNT } from './aws-environment';
import { type ChainResources, createChainResources } from './chain-resources';
import { CHAIN_SETTINGS } from './chain-settings';
import { Chaos, type ChaosCounts, type ChaosLevel } from './chaos';
import type { ChaosEstate } from './chaos-estate';
import { type EstateOutcome, outcomeOf } from './chaos-outcome';
import { endBuild, runningBuilds } from './emulated-builds';
import { pipelineArn } from './image-builder-server';
import { type LambdaChain, REGISTRY_HOST, startLambdaChain } from './lambda-chain';
import { ESTATE_NAME } from './lambda-zips';
import { pushGolden } from './push-golden';
import { sendMessages } from './resources';
import { countMessages } from './waiting-messages';

/** What an estate is run with. */
export interface EstateRunOptions {
  /** URL of moto. */
  readonly moto: string;
  readonly zips: ReadonlyMap<string, Uint8Array>;
  readonly estate: ChaosEstate;
  readonly seed: number;
  readonly level: ChaosLevel;
}

/** What a run came to. */
export interface EstateRun extends EstateOutcome {
  readonly counts: ChaosCounts;
  readonly builds: number;
  readonly modelCalls: number;
  /** Runs of reconcile-findings. */
  readonly reconciles: number;
  readonly coldStarts: number;
  readonly seconds: number;
}

/** Most runs of reconcile-findings while things go wrong. */
const RECONCILES_LIMIT = 6;
/** Runs of reconcile-findings after that, in calm. */
const LAST_RUNS = 2;
/** Seconds between two runs of reconcile-findings: what waits for an hour counts as lost by then. */
const RECONCILE_SECONDS = 3600;
/** Seconds until a message that failed is visible again, and receptions before it is given up (modules/queue). */
const FINDINGS_QUEUE = { visibilityTimeout: 1, maxReceiveCount: 5 };
/** Findings that are sent at once. */
const PART = 100;

/**
 * Has an estate patched from its findings to its promoted images, with everything that goes wrong on the way, until
 * reconcile-findings finds nothing more to do; and then two more runs of that, in which nothing goes wrong.
 */
export async function runEstate({ moto, zips, estate, seed, level }: EstateRunOptions): Promise<EstateRun> {
  const start = performance.now();
  const chaos = new Chaos(seed, level);
  const resources = await createChainResources(FINDINGS_QUEUE);
  const variables: Record<string, Readonly<Record<string, string>>> = {};
  const pipelineArns = estate.names.map((name) => pipelineArn(`test-${name}`));
  const chain = await startLambdaChain({
    ...{ moto, zips, resources, config: estate.config, deployment: { variables, pipelineArns } },
  });
  try {
    const own = await variablesOf(chaos, chain, resources, moto);
    for (const [name, target] of Object.entries(chain.functions)) {
      variables[name] = own;
      chaos.watch(name, target);
    }
    chain.events.fate = () => (chaos.isRepeated() ? 'twice' : undefined);
    chain.ecr.intercept = ({ path }) => (path.startsWith('/blobs/') ? chaos.download() : undefined);
    await pushGolden(chain, estate.events);
    await chain.scanner.seed(estate.events);
    for (const event of estate.events) chain.events.emit(event);
    const reconciles = await comeToRest(chain, chaos, estate);
    return {
      ...(await outcomeOf(chain, estate)),
      ...{ counts: chaos.counts, reconciles },
      builds: chain.imageBuilder.builds.length,
      modelCalls: chain.bedrock.requests.length,
      coldStarts: Object.values(chain.functions).reduce((sum, one) => sum + one.coldStarts, 0),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await chain.stop();
    await chaos.stop();
  }
}

/** The functions' variables: all calls go through the servers of the chaos. */
async function variablesOf(
  chaos: Chaos,
  chain: LambdaChain,
  resources: ChainResources,
  moto: string,
): Promise<Readonly<Record<string, string>>> {
  return {
    TABLE_NAME: resources.table.name,
    ESTATE_FILE: `/opt/${ESTATE_NAME}`,
    METRICS_ENVIRONMENT: 'golden-images-test',
    SCRIPT_BUCKET: resources.scriptBucket,
    BUILD_LOG_BUCKET: resources.buildLogBucket,
    SIGNAL_PREFIX: resources.signalPrefix,
    PIPELINE_ARN_PREFIX: pipelineArn('test-'),
    REGISTRY_ACCOUNT: TEST_ACCOUNT,
    REGISTRY_HOST,
    TOPIC_ARN: resources.topicArn,
    EVENT_BUS_NAME: 'default',
    GATHER_SECONDS: String(CHAIN_SETTINGS.generatePatch.maximumBatchingWindowInSeconds),
    AWS_ENDPOINT_URL: await chaos.before(moto),
    AWS_ENDPOINT_URL_ECR: await chaos.before(chain.ecr.url),
    AWS_ENDPOINT_URL_IMAGEBUILDER: await chaos.before(chain.imageBuilder.url),
    AWS_ENDPOINT_URL_INSPECTOR2: await chaos.before(chain.inspector.url),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: await chaos.before(chain.bedrock.url),
  };
}

/** @returns how often reconcile-findings ran */
async function comeToRest(chain: LambdaChain, chaos: Chaos, { names }: ChaosEstate): Promise<number> {
  let runs = 0;
  const reconcileOnce = async (): Promise<boolean> => {
    const before = await versionsOf(chain, names);
    chain.advance(RECONCILE_SECONDS);
    await reconcile(chain);
    runs++;
    await workToTheEnd(chain, chaos, names);
    return before !== (await versionsOf(chain, names));
  };
  await workToTheEnd(chain, chaos, names);
  while (!chaos.isCalm && (await reconcileOnce())) if (runs >= RECONCILES_LIMIT) break;
  chaos.calm();
  for (let last = 0; last < LAST_RUNS; last++) await reconcileOnce();
  return runs;
}

/** Lets everything run, builds and scans included, until nothing is on its way. */
async function workToTheEnd(chain: LambdaChain, chaos: Chaos, names: readonly string[]): Promise<void> {
  do await work(chain, chaos);
  while (await goOn(chain, names));
}

/** Ends the builds that run, and the scans that wait. @returns whether there were any */
async function goOn(chain: LambdaChain, names: readonly string[]): Promise<boolean> {
  let ended = 0;
  for (const name of names) for (; runningBuilds(chain, name).length > 0; ended++) await endBuild(chain, name);
  const waiting = chain.scanner.waiting();
  // The word of a build's end and that of its scan may overtake each other, or not.
  for (const digest of waiting) chain.scanner.complete(digest);
  return ended + waiting.length > 0;
}

/** Lets everything run that there is something for, until no message waits any more. */
async function work(chain: LambdaChain, chaos: Chaos): Promise<void> {
  const client = new SQSClient();
  const { queue, signals } = chain.resources;
  for (;;) {
    const pending = chain.events.pending.splice(0);
    const isFinding = (event: (typeof pending)[number]): boolean => event['detail-type'] === 'Inspector2 Finding';
    chain.events.pending.push(...pending.filter((event) => !isFinding(event)));
    // Past the bus, which takes long over each.
    const bodies = chaos.repeated(pending.filter(isFinding)).map((event) => JSON.stringify(event));
    for (let at = 0; at < bodies.length; at += PART) {
      await sendMessages(client, queue.url, bodies.slice(at, at + PART));
      await chain.step();
    }
    await chain.settle();
    if (
      chain.events.pending.length === 0 &&
      (await countMessages(queue.url)) + (await countMessages(signals.url)) === 0
    )
      return;
    await sleep(200);
  }
}

/** Has the schedule run reconcile-findings, as Lambda tries an event three times. */
async function reconcile(chain: LambdaChain): Promise<void> {
  for (let tries = 0; tries < 3; tries++)
    try {
      await chain.reconcile();
      return;
    } catch {
      // Tried again; the next run of the schedule comes anyway.
    }
}

/** Tells whether anything was written in between. */
async function versionsOf(chain: LambdaChain, names: readonly string[]): Promise<string> {
  const versions: string[] = [];
  for (const name of names)
    for (const item of await chain.table.query(imagePartition(name)))
      // What reconcile-findings keeps for its own next run.
      if (!isReconcileItem(item)) versions.push(`${name} ${item.sk} ${String(item['version'])}`);
  return versions.join('\n');
}
