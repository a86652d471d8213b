import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId, InstalledPackage, PackageDatabase } from '../../domain/ecosystems/ecosystem';
import { EngineError } from '../../domain/errors';
import type { PackageInventory } from '../../domain/ports';
import type { Engine } from './engine/engine';
import { statusOf, withExtracted } from './extracted';
import { lastLines, runCommand } from './run-command';

/** Reads package databases out of the engine's images, without running anything in them. */
export function makePackageInventory(engine: Engine): PackageInventory {
  return {
    packagesOf: async (reference, ecosystem) => {
      const { database } = requireEcosystem(ecosystem as EcosystemId);
      const paths = [...database.paths, ...(database.records === undefined ? [] : [database.records.directory])];
      return await withExtracted(engine, reference, paths, async ({ root }) => await readDatabase(root, database));
    },
  };
}

async function readDatabase(root: string, database: PackageDatabase): Promise<InstalledPackage[] | undefined> {
  for (const path of database.paths) {
    const location = join(root, path);
    const status = await statusOf(location);
    if (database.kind === 'file' && status?.isFile() === true) return database.parse(await readFile(location, 'utf8'));
    if (database.kind === 'rpm' && status?.isDirectory() === true) {
      const packages = database.parse(await queryRpm(location, database.queryFormat ?? ''));
      if (packages.length > 0) return packages;
    }
  }
  return await readRecords(root, database);
}

/** One file per package, as distroless images have them; `*.md5sums` beside them are lists of files. */
async function readRecords(root: string, { records }: PackageDatabase): Promise<InstalledPackage[] | undefined> {
  if (records === undefined) return undefined;
  const directory = join(root, records.directory);
  if ((await statusOf(directory))?.isDirectory() !== true) return undefined;
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.md5sums')).map(({ name }) => name);
  const texts = await Promise.all(names.sort().map(async (name) => await readFile(join(directory, name), 'utf8')));
  return records.parse(texts.join('\n\n'));
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
