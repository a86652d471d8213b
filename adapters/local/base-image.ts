import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, EngineError } from '../../domain/errors';
import type { Engine } from './engine/engine';
import { lastLines, runCommand } from './run-command';

/** What a base given as a file turns out to be. */
type ArchiveFormat = 'oci-archive' | 'docker-archive' | 'rootfs';

/**
 * Makes a base available in the engine's store.
 * @param base an image reference, or the path of an OCI archive, a docker archive or a root filesystem tar
 * @returns the reference to build from
 * @throws BadInputError where the base does not exist or is none of these
 */
export async function importBase(
  engine: Engine,
  base: string,
  image: GoldenImage,
  onProgress: (message: string) => void = () => undefined,
): Promise<string> {
  const file = await stat(base).catch(() => undefined);
  if (file?.isFile() === true) return await importFile(engine, resolve(base), image, onProgress);
  if (file !== undefined || looksLikePath(base))
    throw new BadInputError(`--base ${base}: ${file === undefined ? 'there is no such file' : 'is no file'}`, {
      hint: 'give an image reference, an OCI or docker archive, or a root filesystem tar',
    });
  if ((await engine.inspect(base)) !== undefined) return base;
  onProgress(`pulling ${base}`);
  try {
    await engine.pull(base);
  } catch (error) {
    throw new BadInputError(`base ${base} is neither a file nor in the store of ${engine.name}, and cannot be pulled`, {
      hint: error instanceof Error ? error.message : 'check the reference and the network',
      cause: error,
    });
  }
  return base;
}

function looksLikePath(base: string): boolean {
  return /^[./~]/.test(base) || /\.(?:tar|tgz|oci|tar\.[a-z0-9]+)$/.test(base);
}

async function importFile(
  engine: Engine,
  path: string,
  image: GoldenImage,
  onProgress: (message: string) => void,
): Promise<string> {
  const hash = await sha256(path);
  const reference = `localhost/golden-images-base/${image.repository}:${hash.slice(0, 16)}`;
  if ((await engine.inspect(reference)) !== undefined) return reference;
  const format = await archiveFormat(path);
  onProgress(`importing ${basename(path)} (${format})`);
  if (format === 'rootfs') await importRootFilesystem(engine, path, reference);
  else await engine.loadArchive(path, format, reference);
  return reference;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function archiveFormat(path: string): Promise<ArchiveFormat> {
  const listing = await runCommand('tar', ['--list', '--file', path]);
  if (listing.code !== 0)
    throw new BadInputError(`--base ${path} is no tar archive: ${lastLines(listing.stderr, 1)}`, {
      hint: 'give an OCI or docker archive, or a root filesystem tar',
    });
  const names = new Set(listing.stdout.split('\n').map((name) => name.replace(/^\.\//, '').replace(/\/$/, '')));
  if (names.has('oci-layout') && names.has('index.json')) return 'oci-archive';
  if (names.has('manifest.json')) return 'docker-archive';
  const isRoot = ['etc', 'usr', 'bin', 'var'].filter((name) => names.has(name)).length >= 2;
  if (isRoot) return 'rootfs';
  throw new BadInputError(`--base ${path} is a tar archive, but neither an image nor a root filesystem`, {
    hint: 'it has no oci-layout, no manifest.json and no etc, usr, bin, var',
  });
}

async function importRootFilesystem(engine: Engine, path: string, reference: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-base-'));
  try {
    const context = join(directory, 'context');
    await mkdir(context);
    // The file's own name says how it is compressed, so it is kept; a hard link costs no copy where one is possible.
    const name = basename(path).replace(/[^A-Za-z0-9._]/g, '_');
    await link(path, join(context, name)).catch(async () => {
      await copyInto(path, join(context, name));
    });
    await writeFile(join(context, 'Dockerfile'), `FROM scratch\nADD ${name} /\n`);
    const logFile = join(directory, 'import.log');
    const code = await engine.build({ context, tag: reference, format: 'oci', logFile });
    if (code === 0) return;
    const log = lastLines(await readFile(logFile, 'utf8').catch(() => ''));
    throw new EngineError(`${engine.name} cannot import ${path} (exit code ${code}): ${log}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Copies a file that lies on another file system, sharing its blocks where the file system can. */
async function copyInto(path: string, target: string): Promise<void> {
  const result = await runCommand('cp', ['--reflink=auto', '--', path, target]);
  if (result.code !== 0)
    throw new EngineError(`cannot copy ${path} to ${dirname(target)}: ${lastLines(result.stderr)}`);
}
