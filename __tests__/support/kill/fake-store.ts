import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Installed Debian packages: version by name. */
export type Installed = Readonly<Record<string, string>>;

/** What the stand-in for buildah has and does. */
export interface FakeStoreSetup {
  /** Reference of the base that is in the store from the beginning. */
  readonly base: string;
  readonly installed: Installed;
  /** What is installed in the result of every build. */
  readonly patched: Installed;
  /** What every build prints. */
  readonly log: string;
}

/**
 * Lays out a directory with `bin/buildah` (the stand-in, `buildah.sh`) and `store/`, which holds the base, and the image
 * that every build ends with. Tests set PATH and FAKE_STORE to them.
 */
export async function makeFakeStore(directory: string, setup: FakeStoreSetup): Promise<void> {
  const store = join(directory, 'store');
  for (const name of ['images', 'names', 'containers']) await mkdir(join(store, name), { recursive: true });
  await mkdir(join(directory, 'bin'));
  await copyFile(join(__dirname, 'buildah.sh'), join(directory, 'bin/buildah'));
  await chmod(join(directory, 'bin/buildah'), 0o755);
  const base = await addImage(store, setup.installed, ['base']);
  const candidate = await addImage(store, setup.patched, ['base', 'patch']);
  await writeFile(join(store, 'names', fileName(setup.base)), base);
  await writeFile(join(store, 'candidate'), candidate);
  await writeFile(join(store, 'candidate.log'), setup.log);
}

/** The names in the store and the images that they stand for. */
export async function namesIn(directory: string): Promise<Record<string, string>> {
  const names = join(directory, 'store/names');
  const entries = (await readdir(names)).sort();
  return Object.fromEntries(
    await Promise.all(
      entries.map(async (name) => [name.replaceAll('%2F', '/'), await readFile(join(names, name), 'utf8')] as const),
    ),
  );
}

function fileName(reference: string): string {
  return reference.replaceAll('/', '%2F');
}

async function addImage(store: string, installed: Installed, layers: readonly string[]): Promise<string> {
  const status = Object.entries(installed).map(
    ([name, version]) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nDescription: forged\n`,
  );
  const digest = `sha256:${sha256(status.join('\n'))}`;
  const id = digest.slice(-12);
  const root = join(store, 'images', id, 'root');
  await mkdir(join(root, 'var/lib/dpkg'), { recursive: true });
  for (const path of ['usr/lib', 'usr/bin']) await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, 'usr/bin/apt-get'), '');
  await writeFile(join(root, 'var/lib/dpkg/status'), status.join('\n'));
  await writeFile(join(root, 'usr/lib/os-release'), 'ID=debian\nVERSION_ID="12"\n');
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    layers: layers.map((_layer, index) => ({ size: index === 0 ? 30_000_000 : 400_000 })),
  };
  const inspection = {
    FromImageDigest: digest,
    Manifest: JSON.stringify(manifest),
    OCIv1: { architecture: 'amd64', rootfs: { diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) } },
    Docker: { config: { Cmd: ['bash'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] } },
  };
  await writeFile(join(store, 'images', id, 'inspect.json'), JSON.stringify(inspection));
  return id;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
