import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, runChecked, runCommand } from '../../../adapters/local/run-command';

/** A look at the engine's store and at images in it, with the machine's tools alone. */

const RPM_QUERY = String.raw`%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{SOURCERPM}\n`;
const DPKG_QUERY = String.raw`\${Package}\t\${Version}\t\${source:Package}\t\${source:Version}\t\${db:Status-Abbrev}\n`;

/** What an installed Debian binary package is built from, and how dpkg thinks of it (`ii ` where all is well). */
export interface InstalledDeb {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly status: string;
}

/** Configuration and layers of an image (OCI image specification). */
export interface ImageFacts {
  readonly digest: string;
  /** Digests of the unpacked layers, the lowest first. */
  readonly layers: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** Makes an image of a root file system's tar, configured as base images are. @param configure arguments of `buildah config` */
export async function importImage(
  tar: string,
  reference: string,
  configure: readonly string[] = DEBIAN_CONFIG,
  change: (root: string) => Promise<void> = async () => {
    await Promise.resolve();
  },
): Promise<void> {
  const container = (await runChecked('buildah', ['from', 'scratch'])).trim();
  try {
    await runChecked('buildah', ['add', '--quiet', container, tar, '/']);
    await change((await runChecked('buildah', ['mount', container])).trim());
    if (configure.length > 0) await runChecked('buildah', ['config', ...configure, container]);
    await runChecked('buildah', ['commit', '--quiet', container, reference]);
  } finally {
    await runChecked('buildah', ['rm', container]);
  }
}

/** The configuration of Debian's own base images. */
export const DEBIAN_CONFIG: readonly string[] = [
  ...['--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ...['--cmd', '["bash"]'],
];

/** Facts of an image, or undefined where the store has none of that name. */
export async function inspectImage(reference: string): Promise<ImageFacts | undefined> {
  const result = await runCommand('buildah', ['inspect', '--type', 'image', reference]);
  if (result.code !== 0) return undefined;
  const image = JSON.parse(result.stdout) as {
    FromImageDigest: string;
    OCIv1: { config?: Record<string, unknown>; rootfs: { diff_ids: string[] } };
  };
  return { digest: image.FromImageDigest, layers: image.OCIv1.rootfs.diff_ids, config: image.OCIv1.config ?? {} };
}

/** Mounts an image's root file system for the time of a look. */
export async function withMounted<T>(reference: string, look: (root: string) => Promise<T>): Promise<T> {
  const container = (await runChecked('buildah', ['from', '--pull-never', reference])).trim();
  try {
    return await look((await runChecked('buildah', ['mount', container])).trim());
  } finally {
    await runChecked('buildah', ['rm', container]);
  }
}

/** What dpkg itself says is installed in an image. */
export async function debsOf(reference: string): Promise<InstalledDeb[]> {
  return await withMounted(reference, async (root) => {
    const listing = await runChecked('dpkg-query', [
      `--admindir=${join(root, 'var/lib/dpkg')}`,
      '--show',
      `--showformat=${DPKG_QUERY.replaceAll('\\$', '$')}`,
    ]);
    return lines(listing).map((line) => {
      const [name = '', version = '', source = '', sourceVersion = '', status = ''] = line.split('\t');
      return { name, version, source, sourceVersion, status };
    });
  });
}

/** What rpm itself says is installed in an image: `epoch:version-release` by name. */
export async function rpmsOf(reference: string): Promise<Map<string, string>> {
  return await withMounted(reference, async (root) => {
    const database = join(root, 'var/lib/rpm');
    const listing = await runChecked('rpm', ['--dbpath', database, '-qa', '--queryformat', RPM_QUERY]);
    return new Map(
      lines(listing).map((line) => {
        const [name = '', version = ''] = line.split('\t');
        return [name, version];
      }),
    );
  });
}

/** Whether dpkg says that a version is at least another. */
export async function debAtLeast(version: string, floor: string): Promise<boolean> {
  return (await runCommand('dpkg', ['--compare-versions', version, 'ge', floor])).code === 0;
}

/** Whether rpm says that a version, `[epoch:]version-release`, is at least another. */
export async function rpmAtLeast(version: string, floor: string): Promise<boolean> {
  const answer = await runChecked('rpm', ['--eval', `%{lua:print(rpm.vercmp("${version}", "${floor}"))}`]);
  return Number(answer.trim()) >= 0;
}

/** Paths in the highest layer of an image, sorted, as they are in the layer's own tar. */
export async function topLayer(reference: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-e2e-layer-'));
  try {
    await runChecked('buildah', ['push', '--quiet', reference, `oci:${directory}`]);
    const blob = (digest: string): string => join(directory, 'blobs', digest.replace(':', '/'));
    const index = await readJson<{ manifests: { digest: string }[] }>(join(directory, 'index.json'));
    const manifest = await readJson<{ layers: { digest: string }[] }>(blob(index.manifests[0]!.digest));
    return lines(await runChecked('tar', ['-tf', blob(manifest.layers.at(-1)!.digest)])).sort();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Paths of everything in an image, without the leading slash. */
export async function filesOf(reference: string): Promise<Set<string>> {
  return await withMounted(reference, async (root) => {
    const listing = await runChecked('find', [root, '-xdev', '-printf', String.raw`%P\n`]);
    return new Set(lines(listing));
  });
}

/** Paths that the Debian packages in an image own, without the leading slash; `/lib` and its like lie in `/usr`. */
export async function ownedByDebs(reference: string): Promise<Set<string>> {
  return await withMounted(reference, async (root) => {
    const listing = await runChecked('sh', ['-c', 'cat "$1"/var/lib/dpkg/info/*.list', 'sh', root]);
    return new Set(lines(listing).map((path) => path.slice(1).replace(/^(?=(?:bin|sbin|lib\w*)(?:\/|$))/, 'usr/')));
  });
}

/** Names of all images in the store that are in a repository below `localhost/`, or in the one where bases are kept. */
export async function imagesOf(repository: string): Promise<string[]> {
  return (await storedImages())
    .flatMap(({ names }) => names ?? [])
    .filter((name) => isOf(repository, name))
    .sort();
}

/** Ids of the images that have a name in a repository, see {@link imagesOf}. */
export async function imageIdsOf(repository: string): Promise<string[]> {
  return (await storedImages())
    .filter(({ names }) => (names ?? []).some((name) => isOf(repository, name)))
    .map(({ id }) => id);
}

/** Removes images from the store, name by name. */
export async function removeImages(references: readonly string[]): Promise<void> {
  for (const reference of references) await runChecked('buildah', ['rmi', reference]);
}

/**
 * Removes everything of a repository from the store: working containers that a killed run left, names, and images that
 * have lost their name to a newer one.
 * @param ids images that had a name in the repository once
 */
export async function removeRepository(repository: string, ids: ReadonlySet<string>): Promise<void> {
  const containers = JSON.parse(await runChecked('buildah', ['containers', '--json'])) as
    { id: string; imagename: string }[] | null;
  for (const { id, imagename } of containers ?? [])
    if (isOf(repository, imagename)) await runChecked('buildah', ['rm', id]);
  await removeImages(await imagesOf(repository));
  const left = (await storedImages()).filter(({ id, names }) => ids.has(id) && (names ?? []).length === 0);
  await removeImages(left.map(({ id }) => id));
}

async function storedImages(): Promise<{ id: string; names?: string[] }[]> {
  // A listing fails where another process removes an image in the middle of it.
  for (let attempt = 1; ; attempt++) {
    const { code, stdout, stderr } = await runCommand('buildah', ['images', '--json']);
    if (code === 0) return JSON.parse(stdout) as { id: string; names?: string[] }[];
    if (attempt === 5) throw new Error(`buildah images failed: ${lastLines(stderr)}`);
  }
}

function isOf(repository: string, name: string): boolean {
  return [`localhost/${repository}:`, `localhost/golden-images-base/${repository}:`].some((prefix) =>
    name.startsWith(prefix),
  );
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
