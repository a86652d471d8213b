import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import type { EngineName } from '../../adapters/local/engine/engine';
import { chooseEngine } from '../../adapters/local/engine/choose-engine';
import { LocalImageBuilder } from '../../adapters/local/local-image-builder';
import { runLocalPipeline } from '../../adapters/local/local-pipeline';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import { rulesAuthor } from '../../domain/author/rules-author';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { Clock, FindingTable, ImageRegistry, Logger } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { isPatchItem, LIVE_PATCH_STATES } from '../../domain/table/patch-item';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding, makeJudgeAgain } from '../../functions/ingest-finding/ingest-finding';
import { makeSignalRebuild } from '../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../functions/start-build/start-build';
import { makeTrackBuild } from '../../functions/track-build/track-build';
import { ingestFiles } from './ingest-files';
import { loadEstate } from './load-estate';
import { observePromoted } from './observe-promoted';
import type { ImageReport, PatchReport } from './patch-report';
import { reportImage } from './patch-report';
import { imagesOf } from './replay';
import { retryImage } from './retry-image';
import type { StateDirectory } from './state-directory';
import { openStateDirectory } from './state-directory';

/** What `patch` is asked for. */
export interface PatchOptions {
  readonly findings: readonly string[];
  readonly config?: string;
  /** Only these golden images. */
  readonly images: readonly string[];
  readonly base?: string;
  readonly engine: EngineName | 'auto' | 'none';
  readonly state?: string;
  readonly tag?: string;
  /** Try again what was held, is exhausted or stopped. */
  readonly retry: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: (message: string) => void;
}

/**
 * Ingests findings, decides, plans, vets, renders, builds, proves and promotes, all on this machine, with the same use
 * cases that the Lambdas run.
 */
export async function patch(options: PatchOptions): Promise<PatchReport> {
  const engine = await chooseEngine(options.engine);
  const estate = await loadEstate(options.config, 'without-config');
  const state = await openStateDirectory(options.state);
  try {
    const { clock, logger, onProgress } = options;
    const ports = { table: state.table, scripts: state.scripts, signal: state.signal, clock, logger };
    const ingest = makeIngestFinding({ ...ports, estate });
    const summary = await ingestFiles(options.findings, ingest);
    const images = selectImages(imagesOf(estate.byRepository, summary.images), options);
    const bases = new Map(options.base === undefined ? [] : images.map((image) => [image.name, options.base ?? '']));
    const registry =
      engine === undefined
        ? undefined
        : makeEngineRegistry({ engine, bases, onProgress, ...(options.tag !== undefined && { tag: options.tag }) });
    const since = new Map<string, Awaited<ReturnType<typeof whereItStands>>>();
    for (const image of images) since.set(image.name, await whereItStands(state.table, image));

    const judgeAgain = makeJudgeAgain({ ...ports, estate });
    const steps = {
      generatePatch: makeGeneratePatch({ ...ports, author: rulesAuthor }),
      signalRebuild: makeSignalRebuild(ports),
      ...(engine !== undefined &&
        registry !== undefined && {
          build: makeBuildStep({
            ...ports,
            state,
            registry,
            inventory: makePackageInventory(engine),
            engine,
            exceptions: estate.exceptions,
            onProgress,
          }),
        }),
    };
    for (const image of images) {
      if (options.retry) await retryImage(state.table, image, clock());
      if (steps.build !== undefined) await steps.build(image);
      await observePromoted(ports, image, estate.exceptions);
      await judgeAgain(image);
      await wakeWhereOpen(state.table, image);
    }
    await runLocalPipeline({ stream: state.stream, images, steps });

    const reports: [string, ImageReport][] = [];
    for (const image of images) {
      const before = since.get(image.name) ?? { sequence: 0, inFlight: undefined };
      reports.push([image.name, await reportImage(state.table, image, before, state.path, registry)]);
    }
    return {
      images: Object.fromEntries(reports),
      malformed: summary.malformed,
      duplicates: summary.duplicates,
      ignored: summary.ignored,
    };
  } finally {
    state.close();
  }
}

function selectImages(found: readonly GoldenImage[], options: PatchOptions): GoldenImage[] {
  const unknown = options.images.filter((name) => !found.some((image) => image.name === name));
  if (unknown.length > 0)
    throw new BadInputError(`--image ${unknown.join(', ')}: no finding is about such a golden image`, {
      hint: `the findings are about: ${found.map((image) => image.name).join(', ') || 'no golden image'}`,
    });
  const selected =
    options.images.length === 0 ? [...found] : found.filter((image) => options.images.includes(image.name));
  if (options.base !== undefined && selected.length > 1)
    throw new BadInputError(
      `--base is for one image, but the findings are about ${selected.map((image) => image.name).join(', ')}`,
      {
        hint: 'say which with --image, or declare a parent for each in golden-images.yaml',
      },
    );
  return selected;
}

/** Start what the parameter asks for, wait for its end, and follow it through proof and promotion. */
function makeBuildStep(
  ports: Omit<Parameters<typeof makeTrackBuild>[0], 'builder'> &
    Omit<Parameters<typeof makeStartBuild>[0], 'builder'> & {
      readonly state: StateDirectory;
      readonly registry: ImageRegistry;
      readonly engine: ConstructorParameters<typeof LocalImageBuilder>[0]['engine'];
      readonly onProgress: (message: string) => void;
    },
): (image: GoldenImage) => Promise<void> {
  const { state, registry, engine, onProgress } = ports;
  const builder = new LocalImageBuilder({ engine, registry, scripts: state.scripts, directory: state.builds });
  const startBuild = makeStartBuild({ ...ports, builder });
  const trackBuild = makeTrackBuild({ ...ports, builder });
  return async (image) => {
    if ((await readHead(state.table, image.name))?.lease === undefined) return;
    // A base that cannot be used is the user's to mend: nothing is started, and the signal stays.
    await registry.parentOf(image);
    const started = await startBuild(image);
    if (started.did === 'started') {
      onProgress(`building ${image.name} with ${engine.name}`);
      await builder.wait(started.buildId);
      onProgress(`proving ${image.name}`);
    }
    await trackBuild(image);
  };
}

async function whereItStands(
  table: FindingTable,
  image: GoldenImage,
): Promise<{ sequence: number; inFlight: number | undefined }> {
  const patches = (await table.query(imagePartition(image.name), PATCH_PREFIX)).filter(isPatchItem);
  const live = patches.filter((one) => LIVE_PATCH_STATES.has(one.state)).at(-1);
  return { sequence: patches.at(-1)?.sequence ?? 0, inFlight: live?.sequence };
}

/** Findings that are open although no patch is on its way: an earlier run was cut off, or its builder failed. */
async function wakeWhereOpen(table: FindingTable, image: GoldenImage): Promise<void> {
  const items = await table.query(imagePartition(image.name), FINDING_PREFIX);
  if (!items.some((item) => isFindingItem(item) && item.state === 'OPEN')) return;
  await requestReplan(table, image.name, 'findings are open');
}
