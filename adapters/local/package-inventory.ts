import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId, InstalledPackage, PackageDatabase } from '../../domain/ecosystems/ecosystem';
import { EngineError } from '../../domain/errors';
import type { Platform } from '../../domain/platform/platform';
import { parseOsRelease } from '../../domain/platform/platform';
import type { PackageInventory } from '../../domain/ports';
import type { Engine } from './engine/engine';
import { lastLines, runCommand } from './run-command';

/** os-release(5): the second is where the first usually links to. Links are never followed. */
const OS_RELEASE = ['usr/lib/os-release', 'etc/os-release'];

/** Reads package databases out of the engine's images, without running anything in them. */
export function makePackageInventory(engine: Engine): PackageInventory {
  return {
    packagesOf: async (reference, ecosystem) => {
      const { database } = requireEcosystem(ecosystem as EcosystemId);
      return await withExtracted(engine, reference, database.paths, async (root) => await readDatabase(root, database));
    },
  };
}

/** The platform that an image's os-release names; undefined where it has none. */
export async function platformOfImage(engine: Engine, reference: string): Promise<Platform | undefined> {
  return await withExtracted(engine, reference, OS_RELEASE, async (root) => {
    for (const path of OS_RELEASE) {
      const file = join(root, path);
      if ((await lstat(file).catch(() => undefined))?.isFile() !== true) continue;
      const platform = parseOsRelease(await readFile(file, 'utf8'));
      if (platform !== undefined) return platform;
    }
    return undefined;
  });
}

async function withExtracted<T>(
  engine: Engine,
  reference: string,
  paths: readonly string[],
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'golden-images-inspect-'));
  try {
    await engine.extract(reference, paths, root);
    await removeSpecialFiles(root);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * Leaves only plain files and directories: a link in an image's package database would have the tools of this machine
 * read, or write, this machine's own files.
 */
async function removeSpecialFiles(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await removeSpecialFiles(path);
    else if (!entry.isFile()) await rm(path, { force: true });
  }
}

async function readDatabase(root: string, database: PackageDatabase): Promise<InstalledPackage[] | undefined> {
  for (const path of database.paths) {
    const location = join(root, path);
    const status = await lstat(location).catch(() => undefined);
    if (database.kind === 'dpkg-status' && status?.isFile() === true)
      return database.parse(await readFile(location, 'utf8'));
    if (database.kind === 'rpm' && status?.isDirectory() === true) {
      const packages = database.parse(await queryRpm(location, database.queryFormat ?? ''));
      if (packages.length > 0) return packages;
    }
  }
  return undefined;
}

async function queryRpm(directory: string, queryFormat: string): Promise<string> {
  const result = await runCommand('rpm', ['--dbpath', directory, '-qa', '--queryformat', queryFormat]).catch(
    (error: unknown) => {
      throw new EngineError('the rpm tool is needed on this machine to read an rpm package database from outside', {
        hint: 'install it, e.g. apt-get install rpm',
        cause: error,
      });
    },
  );
  if (result.code !== 0)
    throw new EngineError(`rpm cannot read the image's package database: ${lastLines(result.stderr)}`);
  return result.stdout;
}
