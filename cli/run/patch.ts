import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import type { Engine, EngineName } from '../../adapters/local/engine/engine';
import { chooseEngine } from '../../adapters/local/engine/choose-engine';
import { forgetExpired } from '../../adapters/local/forget-expired';
import { runLocalPipeline } from '../../adapters/local/local-pipeline';
import { lockState } from '../../adapters/local/state-lock';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import type { AuthorChoice } from '../../domain/author/proposal';
import type { GoldenImage } from '../../domain/config/golden-image';
import type { GoldenImagesError } from '../../domain/errors';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, PATCH_PREFIX } from '../../domain/table/keys';
import { isPatchItem, LIVE_PATCH_STATES } from '../../domain/table/patch-item';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding, makeJudgeAgain } from '../../functions/ingest-finding/ingest-finding';
import { makeSignalRebuild } from '../../functions/signal-rebuild/signal-rebuild';
import { chooseRunAuthors } from './choose-authors';
import { completeImage, noPackageManager } from './complete-image';
import { keepConfig, keptConfig } from './kept-config';
import { makeBuildStep } from './build-step';
import { makeGuard } from './guard-image';
import { ingestFiles } from './ingest-files';
import type { RunEstate } from './load-estate';
import { loadEstate } from './load-estate';
import { observePromoted } from './observe-promoted';
import type { ImageReport, PatchReport } from './patch-report';
import { finishRollBack } from './finish-roll-back';
import { failedReport, reportImage, withDetail } from './patch-report';
import { userName } from './local-state';
import { retryImage } from './retry-image';
import { selectImages } from './select-images';
import type { StateDirectory } from './state-directory';
import { DEFAULT_STATE, openStateDirectory } from './state-directory';
import { undeclaredMessage } from './undeclared';
import { untagCandidate } from './untag-candidate';

/** What `patch` is asked for. */
export interface PatchOptions {
  readonly findings: readonly string[];
  readonly config?: string;
  /** Only these golden images. */
  readonly images: readonly string[];
  readonly base?: string;
  readonly engine: EngineName | 'auto' | 'none';
  /** Who writes the commands; absent: what the configuration says, else rules. */
  readonly author?: AuthorChoice;
  /** Takes the place of the configuration's model. */
  readonly modelId?: string;
  /** Takes the place of the configuration's region of the model. */
  readonly modelRegion?: string;
  readonly state?: string;
  readonly tag?: string;
  /** Try again what was held, is exhausted or stopped. */
  readonly retry: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: (message: string) => void;
  /** Is told of an image whose run was ended by an error. */
  readonly onFailure: (image: GoldenImage, failure: GoldenImagesError) => void;
  /** Is told what else a person should know, in a sentence. */
  readonly onWarning: (message: string) => void;
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
    } catch (error) {
      await state.discard();
      throw error;
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
  const authors = await chooseRunAuthors({
    ...{ table, clock, logger, onProgress },
    choice: options.author ?? estate.author ?? 'rules',
    model: estate.model,
    modelId: options.modelId,
    modelRegion: options.modelRegion,
  });
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
  await keepOrTell(options, estate, state);
  await forgetExpired(table, clock());
  const ingest = makeIngestFinding({ ...ports, estate });
  const summary = await ingestFiles(options.findings, ingest, (repository) => {
    return estate.byRepository.get(repository) !== undefined;
  });
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
      if (local !== undefined) await finishRollBack({ ...ports, ...local, exceptions: estate.exceptions }, image);
      await build?.(image);
      if (options.retry) await retryImage(ports, image, { by: userName(), reason: 'patch --retry' });
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
  const generatePatch = makeGeneratePatch({
    ...ports,
    authors,
    ...(estate.model?.prices !== undefined && { prices: estate.model.prices }),
    ...(local !== undefined && {
      packagesOf: async (image: GoldenImage, ecosystem: string) =>
        await makePackageInventory(local.engine).packagesOf(
          (await local.registry.parentOf(image)).reference,
          ecosystem,
        ),
    }),
  });
  const signalRebuild = makeSignalRebuild(ports);
  await runLocalPipeline({
    stream: state.stream,
    clock,
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
  const { malformed, duplicates, ignored, findings, undeclared } = summary;
  const ofOthers = undeclaredMessage(summary, options.config, [...estate.byRepository.keys()]);
  if (ofOthers !== undefined) options.onWarning(ofOthers);
  return { images: Object.fromEntries(reports), malformed, duplicates, ignored, findings, undeclared };
}

/** The state keeps what it was made with; where nothing was named now, but was before, images get other names. */
async function keepOrTell(
  { config, state: given = DEFAULT_STATE, onWarning }: PatchOptions,
  { text }: RunEstate,
  { path }: StateDirectory,
): Promise<void> {
  if (text !== undefined) {
    await keepConfig(path, text);
    return;
  }
  const kept = config === undefined ? await keptConfig(path, given) : undefined;
  if (kept === undefined) return;
  onWarning(
    `this state was made with a configuration (${kept.file}), and none is named now: every repository of the findings is a golden image of its own name, with the built-in policy; name it with --config, or another --state`,
  );
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
