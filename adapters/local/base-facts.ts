import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcosystemId } from '../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../domain/errors';
import type { BaseFacts } from '../../domain/platform/base-facts';
import type { Platform } from '../../domain/platform/platform';
import { parseOsRelease } from '../../domain/platform/platform';
import type { PackageInventory } from '../../domain/ports';
import type { Engine } from './engine/engine';
import type { ExtractedPaths } from './extracted';
import { statusOf, withExtracted } from './extracted';

/** os-release(5): the second is where the first usually links to. Links are never followed. */
const OS_RELEASE = ['usr/lib/os-release', 'etc/os-release'];

/** Where each package manager's program lies, as a file or as a link (`/usr/bin/yum` links to `dnf-3` in RHEL 8). */
const PROGRAMS: readonly (readonly [EcosystemId, readonly string[]])[] = [
  ['apt', ['usr/bin/apt-get', 'bin/apt-get']],
  ['apk', ['sbin/apk', 'usr/sbin/apk', 'usr/bin/apk', 'bin/apk']],
  ['dnf', ['usr/bin/dnf5', 'usr/bin/dnf-3']],
  ['yum', ['usr/bin/yum']],
  ['microdnf', ['usr/bin/microdnf']],
  ['zypper', ['usr/bin/zypper']],
];

/** In minimal Amazon Linux 2023 the package microdnf-dnf provides this name for microdnf (AL2023 container package list). */
const PLAIN_DNF = 'usr/bin/dnf';

function isPlainDnf(existing: ReadonlySet<string>): boolean {
  return existing.has(PLAIN_DNF) && !existing.has('usr/bin/microdnf');
}

/** Where packages are recorded, and the ecosystem that can read it from outside. */
const DPKG_STATUS = 'var/lib/dpkg/status';
const DPKG_RECORDS = 'var/lib/dpkg/status.d';
const RPM_DATABASES = ['var/lib/rpm', 'usr/lib/sysimage/rpm'];

/**
 * Looks at a base from outside: which package managers it has, which release it is, and whether it is distroless.
 * @param inventory tells how many packages a distroless image has
 */
export async function readBaseFacts(
  engine: Engine,
  inventory: PackageInventory,
  reference: string,
): Promise<BaseFacts> {
  const programs = [...PROGRAMS.flatMap(([, paths]) => paths), PLAIN_DNF];
  const databases = [DPKG_STATUS, DPKG_RECORDS, ...RPM_DATABASES];
  const paths = [...OS_RELEASE, ...programs, ...databases];
  const found = await withExtracted(engine, reference, paths, async (extracted) => ({
    platform: await readPlatform(extracted),
    existing: extracted.existing,
  }));
  const { platform, existing } = found;
  const managers = PROGRAMS.filter(
    ([id, places]) => places.some((path) => existing.has(path)) || (id === 'dnf' && isPlainDnf(existing)),
  ).map(([id]) => id);
  const reader = readerOf(existing, managers);
  const packages = reader === undefined ? undefined : await countPackages(inventory, reference, reader);
  return {
    ...(platform !== undefined && { platform }),
    managers,
    distroless: reader !== undefined,
    ...(packages !== undefined && { packages }),
  };
}

/** The ecosystem that reads the records of an image in which nothing can be upgraded; undefined where something can. */
function readerOf(existing: ReadonlySet<string>, managers: readonly EcosystemId[]): 'apt' | 'dnf' | undefined {
  if (existing.has(DPKG_RECORDS) && !existing.has(DPKG_STATUS)) return 'apt';
  return managers.length === 0 && RPM_DATABASES.some((path) => existing.has(path)) ? 'dnf' : undefined;
}

/** A count is a courtesy: where the records cannot be read, there is none. */
async function countPackages(
  inventory: PackageInventory,
  reference: string,
  ecosystem: 'apt' | 'dnf',
): Promise<number | undefined> {
  try {
    return (await inventory.packagesOf(reference, ecosystem))?.length;
  } catch (error) {
    if (error instanceof GoldenImagesError) return undefined;
    throw error;
  }
}

async function readPlatform({ root }: ExtractedPaths): Promise<Platform | undefined> {
  for (const path of OS_RELEASE) {
    const file = join(root, path);
    if ((await statusOf(file))?.isFile() !== true) continue;
    const platform = parseOsRelease(await readFile(file, 'utf8'));
    if (platform !== undefined) return platform;
  }
  return undefined;
}
