import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks at a lock that another process holds. */
const POLL_MS = 200;

/**
 * Directory of things that are expensive to make: `GOLDEN_IMAGES_FORGE_CACHE`, else `golden-images-forge` under the
 * system's directory for temporary files. Outside the repository, shared by runs.
 */
export function forgeCacheDir(): string {
  const fromEnv = process.env['GOLDEN_IMAGES_FORGE_CACHE'];
  return fromEnv === undefined || fromEnv === '' ? join(tmpdir(), 'golden-images-forge') : fromEnv;
}

/**
 * Gives the cached directory of a key, making it first where it is not there. Only one process makes it (a lock file
 * with the maker's process id; a dead maker's lock is taken over), and it appears under its name only when complete.
 * @param cacheDir where cached directories live; created where missing
 * @param key name of the entry; it must be a valid file name and change whenever the content would
 * @param make fills the empty directory that it is given
 * @returns the absolute path of the filled directory; never write into it
 */
export async function cached(
  cacheDir: string,
  key: string,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const final = join(cacheDir, key);
  if (await exists(final)) return final;
  const release = await lock(`${final}.lock`);
  try {
    if (await exists(final)) return final;
    const scratch = await mkdtemp(join(cacheDir, `.${key}-`));
    try {
      await make(scratch);
      await rename(scratch, final);
    } catch (error) {
      await rm(scratch, { recursive: true, force: true });
      throw error;
    }
    return final;
  } finally {
    await release();
  }
}

/** Runs `work` with a fresh temporary directory and removes the directory afterwards, whatever happens. */
export async function withTempDir<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @returns whether something is at that path */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return async () => {
        await rm(path, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    await delay(POLL_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
