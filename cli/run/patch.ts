import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import type { Engine, EngineName } from '../../adapters/local/engine/engine';
import { chooseEngine } from '../../adapters/local/engine/choose-engine';
import { LocalImageBuilder } from '../../adapters/local/local-image-builder';
import { runLocalPipeline } from '../../adapters/local/local-pipeline';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import { lockState } from '../../adapters/local/state-lock';
import { rulesAuthor } from '../../domain/author/rules-author';
import type { GoldenImage } from '../../domain/config/golden-image';
import type { GoldenImagesError } from '../../domain/errors';
import { BadInputError } from '../../domain/errors';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead, requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { isPatchItem, LIVE_PATCH_STATES } from '../../domain/table/patch-item';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding, makeJudgeAgain } from '../../functions/ingest-finding/ingest-finding';
import { makeSignalRebuild } from '../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../functions/start-build/start-build';
import { makeTrackBuild } from '../../functions/track-build/track-build';
import { completeImage, noPackageManager } from './complete-image';
import { makeGuard } from './guard-image';
import { ingestFiles } from './ingest-files';
import type { RunEstate } from './load-estate';
import { loadEstate } from './load-estate';
import { observePromoted } from './observe-promoted';
import type { ImageReport, PatchReport } from './patch-report';
import { failedReport, reportImage, withDetail } from './patch-report';
import { resumeBuild } from './resume-build';
import { retryImage } from './retry-image';
import type { StateDirectory } from './state-directory';
import { untagCandidate } from './untag-candidate';
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
  /** Is told of an image whose run was ended by an error. */
  readonly onFailure: (image: GoldenImage, failure: GoldenImagesError) => void;
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
    const unlock = lockState(state.path);
    try {
      return await patchWith(options, engine, estate, state);
    } finally {
      unlock();
    }
  } finally {
    state.close();
  }
}

async function patchWith(
  options: PatchOptions,
  engine: Engine | undefined,
  estate: RunEstate,
  state: StateDirectory,
): Promise<PatchReport> {
  const { clock, logger, onProgress, base, tag } = options;
  const { table, scripts, signal } = state;
  const ports = { table, scripts, signal, clock, logger };
  const local =
    engine === undefined
      ? undefined
      : {
          engine,
          registry: makeEngineRegistry({
            engine,
            onProgress,
            ...(base !== undefined && { base }),
            ...(tag !== undefined && { tag }),
          }),
        };
  const ingest = makeIngestFinding({ ...ports, estate });
  const summary = await ingestFiles(options.findings, ingest);
  const selected = selectImages(estate.byRepository, summary.images, options);
  const since = new Map<string, Awaited<ReturnType<typeof whereItStands>>>();
  for (const image of selected) since.set(image.name, await whereItStands(table, image));

  const judgeAgain = makeJudgeAgain({ ...ports, estate });
  const build = local && makeBuildStep({ ...ports, ...local, state, exceptions: estate.exceptions, onProgress });
  const { guard, failures } = makeGuard(options.onFailure);
  const images: GoldenImage[] = [];
  for (const declared of selected) {
    let image = declared;
    await guard(declared, async () => {
      if (local !== undefined) image = await completeImage({ table, ...local }, declared);
      if (local !== undefined) await untagCandidate({ table, registry: local.registry }, image);
      await build?.(image);
      if (options.retry) await retryImage(table, image, clock());
      await observePromoted(ports, image, estate.exceptions);
      await judgeAgain(image);
      if (local !== undefined && image.base === undefined) {
        // What the judge has just opened may depend on the base too.
        image = await completeImage({ table, ...local }, image);
        if (image.base !== undefined) await judgeAgain(image);
      }
      await wakeWhereOpen(table, image);
    });
    images.push(image);
  }
  const generatePatch = makeGeneratePatch({ ...ports, author: rulesAuthor });
  const signalRebuild = makeSignalRebuild(ports);
  await runLocalPipeline({
    stream: state.stream,
    images,
    steps: {
      generatePatch: async (image) => {
        await guard(image, generatePatch);
      },
      signalRebuild: async (image) => {
        await guard(image, signalRebuild);
      },
      ...(build !== undefined && {
        build: async (image) => {
          await guard(image, build);
        },
      }),
    },
  });

  const reports: [string, ImageReport][] = [];
  for (const image of images) {
    const before = since.get(image.name) ?? { sequence: 0, inFlight: undefined };
    const failure = failures.get(image.name);
    const report = await reportImage(table, image, before, state.path, local?.registry);
    const told = failure === undefined ? withDetail(report, noPackageManager(image)) : failedReport(report, failure);
    reports.push([image.name, told]);
  }
  const { malformed, duplicates, ignored } = summary;
  return { images: Object.fromEntries(reports), malformed, duplicates, ignored };
}

/**
 * The golden images of a run: those that `--image` names, else every declared one and every one that a finding is about.
 * With `--base`, which is for one image, only those that a finding is about.
 */
function selectImages(
  byRepository: ReadonlyMap<string, GoldenImage>,
  found: ReadonlySet<string>,
  options: PatchOptions,
): GoldenImage[] {
  const all = [...byRepository.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const unknown = options.images.filter((name) => !all.some((image) => image.name === name));
  if (unknown.length > 0)
    throw new BadInputError(`--image ${unknown.join(', ')}: there is no such golden image`, {
      hint: `declared, or found in the findings, are: ${all.map((image) => image.name).join(', ') || 'none'}`,
    });
  const forOne = options.base !== undefined ? '--base' : /[/:]/.test(options.tag ?? '') ? '--tag' : undefined;
  const selected = all.filter((image) =>
    options.images.length > 0 ? options.images.includes(image.name) : forOne === undefined || found.has(image.name),
  );
  if (forOne !== undefined && selected.length > 1)
    throw new BadInputError(
      `${forOne} is for one image, but the findings are about ${selected.map((image) => image.name).join(', ')}`,
      { hint: 'say which with --image, or declare the images in golden-images.yaml' },
    );
  return selected;
}

/** Starts what the parameter asks for, waits for its end, and follows it through proof and promotion. */
function makeBuildStep(
  ports: Omit<Parameters<typeof makeTrackBuild>[0], 'builder' | 'inventory'> &
    Omit<Parameters<typeof makeStartBuild>[0], 'builder'> &
    Pick<PatchOptions, 'onProgress'> & { readonly state: StateDirectory; readonly engine: Engine },
): (image: GoldenImage) => Promise<void> {
  const { state, registry, engine, onProgress } = ports;
  const builder = new LocalImageBuilder({ engine, registry, scripts: state.scripts, directory: state.builds });
  const startBuild = makeStartBuild({ ...ports, builder });
  const trackBuild = makeTrackBuild({ ...ports, builder, inventory: makePackageInventory(engine) });
  return async (image) => {
    if ((await readHead(state.table, image.name))?.lease === undefined) return;
    // A base that cannot be used is the user's to mend: nothing is started, and the signal stays.
    await registry.parentOf(image);
    const started = await startBuild(image);
    const buildId =
      started.did === 'started' ? started.buildId : await resumeBuild({ table: state.table, builder }, image);
    if (buildId !== undefined) {
      onProgress(`building ${image.name} with ${engine.name}`);
      await builder.wait(buildId);
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
