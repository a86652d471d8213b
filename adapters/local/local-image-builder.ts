import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { GoldenImage } from '../../domain/config/golden-image';
import { CANDIDATE_TAG } from '../../domain/config/image-tag';
import { isRootUser } from '../../domain/contract/image-user';
import type {
  BuildRequest,
  BuildStatus,
  ImageBuilder,
  ImageDescription,
  ImageRegistry,
  ScriptStore,
} from '../../domain/ports';
import { parseResultLines } from '../../domain/script/result-lines';
import type { Engine } from './engine/engine';
import { readFileIfThere, replaceFile } from './files';
import { lastLines } from './run-command';

/** Where the script is mounted for the length of its run; nothing of it stays in the image. */
const MOUNT_POINT = '/run/golden-images-patch.sh';
/** Exit code by which a script says that it ran to its end and nothing got better. */
const NOTHING_IMPROVED = 10;

const storedStatus = z.object({
  state: z.enum(['AVAILABLE', 'FAILED']),
  candidate: z.object({ reference: z.string(), digest: z.string() }).optional(),
  reason: z.enum(['nothing-improved', 'script', 'builder']).optional(),
  detail: z.string().optional(),
  logUri: z.string().optional(),
});

/** What the local builder works with. */
export interface LocalImageBuilderOptions {
  readonly engine: Engine;
  readonly registry: ImageRegistry;
  readonly scripts: ScriptStore;
  /** Directory that holds one directory per build. */
  readonly directory: string;
  /** Called for each line that a build prints. */
  readonly onLine?: (line: string) => void;
}

/**
 * Builds with a container engine on this machine. A build's id is made from the patch id; its outcome is kept in
 * `<directory>/<id>/status.json`, so that a build that has ended is known to a later process, and one that was cut off
 * is known to nobody and starts again.
 */
export class LocalImageBuilder implements ImageBuilder {
  private readonly options: LocalImageBuilderOptions;
  private readonly running = new Map<string, Promise<void>>();
  /** Starts that still look for the outcome of an earlier process: a second one joins the first. */
  private readonly starting = new Map<string, Promise<void>>();

  constructor(options: LocalImageBuilderOptions) {
    this.options = options;
  }

  async start(request: BuildRequest): Promise<string> {
    const id = `local-${request.patchId.slice(0, 32)}`;
    const starting = this.starting.get(id) ?? this.begin(id, request).finally(() => this.starting.delete(id));
    this.starting.set(id, starting);
    await starting;
    return id;
  }

  private async begin(id: string, request: BuildRequest): Promise<void> {
    if (this.running.has(id) || (await this.stored(id))?.state === 'AVAILABLE') return;
    const build = this.run(id, request).finally(() => this.running.delete(id));
    // A rejection is the waiter's to see; without a waiter it must not end the process.
    build.catch(() => undefined);
    this.running.set(id, build);
  }

  async get(buildId: string): Promise<BuildStatus | undefined> {
    return this.running.has(buildId) ? { state: 'BUILDING' } : await this.stored(buildId);
  }

  /** Waits until a build that this process started has ended. */
  async wait(buildId: string): Promise<void> {
    await this.running.get(buildId);
  }

  private async stored(id: string): Promise<BuildStatus | undefined> {
    const text = (await readFileIfThere(this.path(id, 'status.json')))?.toString('utf8');
    if (text === undefined) return undefined;
    return storedStatus.parse(JSON.parse(text)) as BuildStatus;
  }

  private path(id: string, file: string): string {
    return join(this.options.directory, id, file);
  }

  private async run(id: string, request: BuildRequest): Promise<void> {
    await mkdir(join(this.options.directory, id), { recursive: true });
    const logFile = this.path(id, 'build.log');
    await rm(logFile, { force: true });
    const status = await this.build(request, logFile).catch((error: unknown): BuildStatus => ({
      state: 'FAILED',
      reason: 'builder',
      detail: error instanceof Error ? error.message : String(error),
    }));
    const log = (await readFileIfThere(logFile))?.toString('utf8');
    const logUri =
      log === undefined
        ? undefined
        : await this.options.scripts.putAudit(request.image.name, `${request.patchId}.build.log`, log.toWellFormed());
    await replaceFile(
      this.path(id, 'status.json'),
      JSON.stringify({ ...status, ...(logUri !== undefined && { logUri }) }),
    );
  }

  private async build({ image, scriptUri, patchId }: BuildRequest, logFile: string): Promise<BuildStatus> {
    const { engine, registry, scripts, onLine } = this.options;
    const parent = await registry.parentOf(image);
    const context = await mkdtemp(join(tmpdir(), 'golden-images-build-'));
    const reference = registry.referenceOf(image, `${CANDIDATE_TAG}-${patchId.slice(0, 16)}`);
    try {
      await writeFile(join(context, 'patch.sh'), await scripts.getScript(scriptUri), { mode: 0o644 });
      await writeFile(join(context, 'Dockerfile'), dockerfile(parent, image));
      const code = await engine.build({
        context,
        tag: reference,
        format: parent.format,
        logFile,
        ...(onLine !== undefined && { onLine }),
      });
      if (code !== 0) return failure(code, await readFile(logFile, 'utf8').catch(() => ''));
    } finally {
      await rm(context, { recursive: true, force: true });
    }
    const candidate = await registry.describe(reference);
    if (candidate === undefined)
      return {
        state: 'FAILED',
        reason: 'builder',
        detail: `${engine.name} ended well, but there is no image ${reference}`,
      };
    return { state: 'AVAILABLE', candidate: { reference: candidate.reference, digest: candidate.digest } };
  }
}

function failure(code: number, log: string): BuildStatus {
  const { exitCode } = parseResultLines(log);
  if (exitCode === NOTHING_IMPROVED)
    return {
      state: 'FAILED',
      reason: 'nothing-improved',
      detail: 'the script ran to its end, and no target got better',
    };
  // What the script says of itself is told before what the builder says of the script.
  const said = log.split('\n').filter((line) => /(?:^|\s)golden-images: /.test(line));
  const why = lastLines(said.length > 0 ? said.join('\n') : log);
  if (exitCode !== undefined || said.length > 0)
    return {
      state: 'FAILED',
      reason: 'script',
      detail: `the script failed with exit code ${exitCode ?? code}: ${why}`,
    };
  return { state: 'FAILED', reason: 'builder', detail: `the engine ended with exit code ${code}: ${why}` };
}

/** The user is root for the script alone; then it is as the contract says, by default the base's own. */
function dockerfile(parent: ImageDescription, { contract }: GoldenImage): string {
  const user = contract.user ?? parent.contract.user;
  return [
    `FROM ${parent.reference}`,
    ...(isRootUser(parent.contract.user) ? [] : ['USER root']),
    `RUN --mount=type=bind,source=patch.sh,target=${MOUNT_POINT} ["/bin/sh", "${MOUNT_POINT}"]`,
    ...(isRootUser(parent.contract.user) && isRootUser(user) ? [] : [`USER ${user}`]),
    ...(contract.workdir === undefined ? [] : [`WORKDIR ${contract.workdir}`]),
    '',
  ].join('\n');
}
