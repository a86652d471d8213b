import { errorCode } from '../adapters/local/files';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks at a lock that another process holds. */
const POLL_MS = 200;

/** Milliseconds that an entry is kept after its last use: 14 days. */
const KEPT_MS = 14 * 24 * 60 * 60 * 1000;

/** Ends the name of every entry, so that nothing else that lies in the directory is ever taken for one. */
const SUFFIX = '.forge';

/** Entries, and what a killed maker left of one: its scratch directory, its lock. */
const OWN_NAME = /\.forge(?:-\w{6}|\.lock)?$/;

/**
 * Directory of things that are expensive to make: `GOLDEN_IMAGES_FORGE_CACHE`, else `golden-images-forge` under the
 * system's directory for temporary files. Outside the repository, shared by runs. Entries that were not used for 14 days
 * are removed when a new one is made, see {@link cached}.
 */
export function forgeCacheDir(): string {
  const fromEnv = process.env['GOLDEN_IMAGES_FORGE_CACHE'];
  return fromEnv === undefined || fromEnv === '' ? join(tmpdir(), 'golden-images-forge') : fromEnv;
}

/**
 * Gives the cached directory of a key, making it first where it is not there. Only one process makes it (a lock file
 * with the maker's process id; a dead maker's lock is taken over), and it appears under its name only when complete.
 * Each use is noted in the directory's modification time; whoever makes a new entry first removes those that were last
 * used more than 14 days ago.
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
  const final = join(cacheDir, `${key}${SUFFIX}`);
  if (await use(final)) return final;
  const release = await lock(`${final}.lock`);
  try {
    if (await use(final)) return final;
    await removeUnused(cacheDir);
    const scratch = await mkdtemp(join(cacheDir, `.${key}${SUFFIX}-`));
    try {
      await make(scratch);
      await rename(scratch, final);
      await use(final);
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

/** Notes that an entry is used now. @returns false where there is none */
async function use(entry: string): Promise<boolean> {
  const now = new Date();
  return await utimes(entry, now, now).then(
    () => true,
    () => false,
  );
}

async function removeUnused(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!OWN_NAME.test(name)) continue;
    const path = join(cacheDir, name);
    const lastUse = await stat(path).catch(() => undefined);
    if (lastUse !== undefined && Date.now() - lastUse.mtimeMs > KEPT_MS)
      await rm(path, { recursive: true, force: true });
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return async () => {
        await rm(path, { force: true });
      };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
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
    return errorCode(error) === 'EPERM';
  }
}
