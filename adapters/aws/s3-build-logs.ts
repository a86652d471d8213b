import { GetObjectCommand, ListObjectsV2Command, type S3Client, type _Object as S3Object } from '@aws-sdk/client-s3';
import type { BuildName } from '../../domain/config/build-log-place';
import { buildLogKeys } from '../../domain/config/build-log-place';
import type { GoldenImage } from '../../domain/config/golden-image';
import { GoldenImagesError } from '../../domain/errors';
import type { Logger, ScriptStore } from '../../domain/ports';
import { keptLog } from '../../domain/script/kept-log';
import { mapLimited } from '../shared/map-limited';
import { callAws } from './aws-error';

/** What build logs are read and kept with. */
export interface S3BuildLogsOptions {
  readonly client: S3Client;
  /** Bucket that Image Builder writes the logs of builds to. */
  readonly bucket: string;
  /** The image that a recipe is of; undefined where it is nobody's. */
  readonly imageOf: (recipe: string) => Pick<GoldenImage, 'name'> | undefined;
  /** Where what is worth keeping is kept. */
  readonly scripts: Pick<ScriptStore, 'putAudit'>;
  readonly logger: Logger;
  /** Milliseconds that all of it may take. @default 5000 */
  readonly timeoutMs?: number;
}

/** The log of one build, as it was kept. */
export interface KeptBuildLog {
  /** For {@link ScriptStore.getAudit}. */
  readonly uri: string;
  readonly text: string;
}

/** Milliseconds that a build's end may wait for its log. */
const TIMEOUT_MS = 5000;
/** Most objects and bytes that are read of one build, the newest first: what ended it stands there. */
const OBJECTS_LIMIT = 24;
const BYTES_LIMIT = 4 * 1024 * 1024;
/** Objects that are read at the same time. */
const CONCURRENCY = 6;
/** What lies beside logs: definitions of components, and their output once more within JSON. */
const NO_LOG = /\.(?:json|ya?ml|xml|html|zip|gz|tgz|tar)$/i;

/**
 * The logs of EC2 Image Builder's builds, in the S3 bucket of their infrastructure configuration: of the two places that
 * they are documented to be in it is the one that instances write before a build ends, that a right on one key prefix is
 * enough for, and that needs no other client (docs/proof.md). What the service's own files are called is not documented:
 * every object of the build is taken but those that are certainly no log, oldest first.
 *
 * A log is worth having and never worth waiting for: whatever goes wrong costs the log, and a line in ours.
 */
export class S3BuildLogs {
  private readonly options: S3BuildLogsOptions;

  constructor(options: S3BuildLogsOptions) {
    this.options = options;
  }

  /**
   * Reads the log of a build that has ended, and keeps what is worth keeping as `audit/<image>/<version>-<number>.build.log`.
   * @returns undefined where there is none, it cannot be had in time, or the recipe is nobody's
   */
  async keep(build: BuildName): Promise<KeptBuildLog | undefined> {
    const { imageOf, logger } = this.options;
    const image = imageOf(build.recipe);
    if (image === undefined) return undefined;
    const facts = { image: image.name, build: `${build.recipe}/${build.version}/${build.number}` };
    try {
      const kept = await this.withinTime(async (signal) => await this.readAndStore(image, build, signal));
      if (kept === undefined) logger.info('the build has left no log', facts);
      return kept;
    } catch (error) {
      logger.warn('the build log cannot be had', {
        ...facts,
        reason: error instanceof Error ? error.message : String(error),
        ...(error instanceof GoldenImagesError && error.hint !== undefined && { hint: error.hint }),
      });
      return undefined;
    }
  }

  private async readAndStore(
    image: Pick<GoldenImage, 'name'>,
    build: BuildName,
    signal: AbortSignal,
  ): Promise<KeptBuildLog | undefined> {
    const prefix = buildLogKeys(image, build);
    const texts = await mapLimited(await this.logsBelow(prefix, signal), CONCURRENCY, async (part) =>
      [`==> ${part.key.slice(prefix.length)}`, await this.read(part, signal)].join('\n'),
    );
    if (texts.length === 0) return undefined;
    const text = keptLog(texts.join('\n'));
    const uri = await this.options.scripts.putAudit(image.name, `${build.version}-${build.number}.build.log`, text);
    return { uri, text };
  }

  /** The objects to read, oldest first, and how many bytes of the end of each. */
  private async logsBelow(prefix: string, signal: AbortSignal): Promise<readonly Part[]> {
    const { client, bucket } = this.options;
    const { Contents = [] } = await callAws(
      { service: 's3', operation: 'ListObjectsV2', resource: `s3://${bucket}/${prefix}` },
      async () =>
        await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }), { abortSignal: signal }),
    );
    const parts: Part[] = [];
    let room = BYTES_LIMIT;
    for (const { Key: key = '', Size: size = 0 } of [...Contents].sort(newestFirst)) {
      if (size === 0 || NO_LOG.test(key)) continue;
      if (room === 0 || parts.length === OBJECTS_LIMIT) break;
      const bytes = Math.min(size, room);
      parts.unshift({ key, bytes });
      room -= bytes;
    }
    return parts;
  }

  private async read({ key, bytes }: Part, signal: AbortSignal): Promise<string> {
    const { client, bucket } = this.options;
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=-${bytes}` });
    return await callAws(
      { service: 's3', operation: 'GetObject', resource: `s3://${bucket}/${key}` },
      async () => (await (await client.send(command, { abortSignal: signal })).Body?.transformToString()) ?? '',
    );
  }

  /** Runs what may take no longer; what it still does after its time is up is nobody's. */
  private async withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    const abort = new AbortController();
    const running = work(abort.signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new GoldenImagesError('internal', `it was not read within ${timeoutMs} ms`));
        abort.abort();
      }, timeoutMs);
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
      running.catch(() => undefined);
    }
  }
}

/** An object to read, or the end of one. */
interface Part {
  readonly key: string;
  readonly bytes: number;
}

function newestFirst(left: S3Object, right: S3Object): number {
  const age = (right.LastModified?.getTime() ?? 0) - (left.LastModified?.getTime() ?? 0);
  return age !== 0 ? age : (left.Key ?? '') < (right.Key ?? '') ? 1 : -1;
}
