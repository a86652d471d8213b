import { toAttributes } from '../../../adapters/aws/attribute-values';
import { toChangeRecord } from '../../../adapters/aws/stream-record';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { ChangeRecord, ImageBuilder, RebuildSignal } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { isHeadItem } from '../../../domain/table/head-item';
import { isPatchItem, LIVE_PATCH_STATES } from '../../../domain/table/patch-item';
import { wakesGeneratePatch, wakesSignalRebuild } from '../../../domain/table/stream-filters';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { makeHandleMessages } from '../../../functions/ingest-finding/handle-messages';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { makeStreamBatch } from '../../../functions/shared/stream-batch';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeHandleChange } from '../../../functions/start-build/handle-change';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makePackageProof } from '../../../functions/track-build/package-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import type { Random } from '../../support/random';
import { digestOf, makeImage, NOW, silent } from '../table/samples';
import { candidateOf, makeBuiltImages } from './built-images';
import { recordingMetrics } from './recorders';

const IMAGE = makeImage({ parent: 'parent' });
const HOME = { account: '123456789012', region: 'us-east-1' };
const PREFIX = '/signals/';

/** Why a patch is taken back whose findings have left OPEN. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['nothing-open', 'plan-changed']);

/** The process died: nothing of the invocation goes on, and nobody hears its answer. */
class Crash extends Error {}

/** How a chain is driven. */
export interface ChainOptions {
  /** Decides on the size of batches. */
  readonly random: Random;
  /** Says of each side effect, counted from 1, whether the process dies at it. */
  readonly diesAt: (effect: number) => 'before' | 'after' | undefined;
  /** @default a Debian image with the built-in policy */
  readonly image?: GoldenImage;
}

/** What is the same in the end, however the events came. */
export interface EndState {
  readonly findings: readonly (readonly [string, string, string | undefined, readonly unknown[]])[];
  readonly patch: Readonly<Record<string, unknown>>;
  readonly script: string;
  readonly parameter: string | undefined;
  readonly head: Readonly<Record<string, unknown>>;
}

/**
 * The use cases behind their Lambda handlers, on local adapters, driven as the event sources drive them: at least once, in
 * any batches, and again from the checkpoint after a crash. Side effects may crash before or after they took place.
 */
export function makeChain({ random, diesAt, image = IMAGE }: ChainOptions) {
  const store = new MemoryFindingTable();
  const texts = new MemoryScriptStore();
  const changes: string[] = [];
  let parameter: { value: string; version: number } | undefined;
  const builds: string[] = [];
  let [isDead, crashed, effects] = [false, 0, 0];

  /** Runs a side effect, or dies before or after it. */
  const effect = async <T>(run: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Crash('dead');
    effects++;
    const death = diesAt(effects);
    if (death === 'before') die();
    const result = await run();
    if (death === 'after') die();
    return result;
  };
  const hasDied = (): boolean => isDead;
  const die = (): never => {
    isDead = true;
    crashed++;
    throw new Crash('died');
  };
  const table = {
    get: store.get.bind(store),
    query: store.query.bind(store),
    put: async (...args: Parameters<typeof store.put>) => {
      await effect(async () => {
        await store.put(...args);
      });
    },
    delete: store.delete.bind(store),
  };
  const scripts = {
    putScript: async (image: string, script: string) => await effect(async () => await texts.putScript(image, script)),
    getScript: texts.getScript.bind(texts),
    putAudit: async (...args: Parameters<typeof texts.putAudit>) =>
      await effect(async () => await texts.putAudit(...args)),
    getAudit: texts.getAudit.bind(texts),
  };
  const signal: RebuildSignal = {
    put: async (image, value) =>
      await effect(async () => {
        parameter = { value, version: (parameter?.version ?? 0) + 1 };
        changes.push(`${PREFIX}${image}`);
        return await Promise.resolve({ version: parameter.version });
      }),
    get: async () => await Promise.resolve(parameter),
  };
  const builder: ImageBuilder = {
    start: async ({ patchId }) =>
      await effect(async () => {
        if (!builds.includes(patchId)) builds.push(patchId);
        return await Promise.resolve(patchId);
      }),
    get: async (id) => await Promise.resolve({ state: 'AVAILABLE' as const, candidate: candidateOf(id) }),
  };
  const ports = {
    table,
    scripts,
    signal,
    builder,
    authors: { choice: 'rules' as const },
    clock: () => NOW,
    logger: silent,
  };
  const common = {
    estate: { byRepository: new Map([[image.repository, image]]), exceptions: [] },
    logger: silent,
    metrics: recordingMetrics(),
  };
  const handleMessages = makeHandleMessages({
    ...common,
    home: HOME,
    ingest: makeIngestFinding({ ...ports, estate: common.estate }),
  });
  const generatePatch = makeStreamBatch({
    ...{ ...common, service: 'generate-patch', table, clock: ports.clock },
    read: toChangeRecord,
    wakes: wakesGeneratePatch,
    run: makeGeneratePatch(ports),
    reserveMs: 0,
  });
  const signalRebuild = makeStreamBatch({
    ...{ ...common, service: 'signal-rebuild', table, clock: ports.clock },
    read: toChangeRecord,
    wakes: wakesSignalRebuild,
    run: makeSignalRebuild(ports),
    reserveMs: 0,
  });
  const handleChange = makeHandleChange({
    ...common,
    home: HOME,
    imageOf: (name) => name.slice(PREFIX.length),
    startBuild: makeStartBuild(ports),
  });
  const images = makeBuiltImages(store);
  const context = { getRemainingTimeInMillis: () => 60_000 };

  /** Invokes a handler; undefined where it died or threw: its event comes again. */
  const invoke = async <T>(run: () => Promise<T>): Promise<T | undefined> => {
    isDead = false;
    try {
      const answer = await run();
      return hasDied() ? undefined : answer;
    } catch {
      return undefined;
    }
  };

  const checkpoints = { generatePatch: 0, signalRebuild: 0 };
  /** Lets a consumer read one batch of the stream. @returns whether there was any */
  const consume = async (name: keyof typeof checkpoints, handle: typeof generatePatch): Promise<boolean> => {
    const records = store.changes(String(checkpoints[name])).slice(0, 1 + random.below(30));
    if (records.length === 0) return false;
    const answer = await invoke(async () => await handle({ Records: records.map(streamRecord) }, context));
    const lowest = answer?.batchItemFailures[0]?.itemIdentifier;
    if (answer !== undefined)
      checkpoints[name] = lowest === undefined ? Number(records.at(-1)?.sequence) : Number(lowest) - 1;
    return true;
  };
  /** Lets everything run that there is something for, but the builds end. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 2000; round++) {
      let isBusy = await consume('generatePatch', generatePatch);
      isBusy = (await consume('signalRebuild', signalRebuild)) || isBusy;
      const change = changes.shift();
      if (change !== undefined) {
        isBusy = true;
        const answer = await invoke(async () => {
          await handleChange(parameterChange(change));
          return true;
        });
        if (answer === undefined) changes.push(change);
      }
      if (!isBusy) return;
    }
    throw new Error('the chain does not come to rest');
  };
  /** Delivers events in batches of any size, again until every one is taken. */
  const deliver = async (events: readonly unknown[]): Promise<void> => {
    let queue = events.map((event, index) => ({ messageId: `m${index}`, body: JSON.stringify(event) }));
    for (let round = 0; queue.length > 0; round++) {
      if (round > 2000) throw new Error('the queue does not empty');
      const batch = queue.slice(0, 1 + random.below(10));
      const answer = await invoke(async () => await handleMessages({ Records: batch }));
      const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const again = answer === undefined ? batch : batch.filter(({ messageId }) => failed.has(messageId));
      queue = [...queue.slice(batch.length), ...again];
      if (random.next() < 0.5) await settle();
    }
    await settle();
  };
  /** Ends the builds in flight, one after the other. */
  const endBuilds = async (): Promise<void> => {
    const { registry } = images;
    const proof = makePackageProof({ ...ports, ...images });
    const track = makeTrackBuild({ ...ports, registry, proof, exceptions: [] });
    for (let round = 0; round < 200; round++) {
      const result = await invoke(async () => await track(image));
      await settle();
      if (result?.did === 'nothing') return;
    }
    throw new Error('the builds do not end');
  };
  return {
    deliver,
    endBuilds,
    endState: async () => await endState(store, texts, parameter?.value),
    livePatches: async () =>
      (await store.query('IMAGE#debian-12')).filter(isPatchItem).filter(({ state }) => LIVE_PATCH_STATES.has(state)),
    takenBack: async () =>
      (await store.query('IMAGE#debian-12')).filter(isPatchItem).filter(({ reason }) => TAKEN_BACK.has(reason ?? '')),
    counts: () => ({ builds: builds.length, crashed, effects }),
  };
}

/** A stream record as Lambda hands it over. */
function streamRecord({ sequence, event, key, oldImage, newImage }: ChangeRecord): unknown {
  return {
    eventID: `e${sequence}`,
    eventName: event,
    dynamodb: {
      SequenceNumber: sequence,
      Keys: { pk: { S: key.pk }, sk: { S: key.sk } },
      ...(oldImage !== undefined && { OldImage: toAttributes(oldImage) }),
      ...(newImage !== undefined && { NewImage: toAttributes(newImage) }),
    },
  };
}

function parameterChange(name: string): unknown {
  return {
    id: 'change-1',
    source: 'aws.ssm',
    'detail-type': 'Parameter Store Change',
    ...HOME,
    detail: { operation: 'Update', name, type: 'String' },
  };
}

async function endState(
  table: MemoryFindingTable,
  scripts: MemoryScriptStore,
  parameter: string | undefined,
): Promise<EndState> {
  const items = await table.query('IMAGE#debian-12');
  const patch = items.filter(isPatchItem).at(-1);
  const head = items.find(isHeadItem);
  return {
    findings: items.filter(isFindingItem).map((item) => [
      item.sk,
      item.state,
      item.reason,
      [
        // Not those of images in between.
        [digestOf('a'), head?.promoted?.digest ?? ''].map((digest) => item.observations[digest]),
        ...[item.firstObservedAt, item.fixFirstSeenAt, item.judgedOn],
      ],
    ]),
    patch: { state: patch?.state, planHash: patch?.planHash, patchId: patch?.patchId, targets: patch?.targets },
    script: patch === undefined ? '' : await scripts.getScript(patch.scriptUri),
    parameter,
    head: {
      state: head?.state,
      lease: head?.lease,
      adopted: head?.adopted,
      digest: head?.promoted?.digest,
      failures: head?.failures,
    },
  };
}
