import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadInputError, GoldenImagesError } from '../../domain/errors';

const HINTS: ReadonlyMap<string, readonly [user: boolean, what: string, hint: string]> = new Map([
  ['ENOSPC', [false, 'no space is left on the device', 'free some space, then retry; no half file was left']],
  ['EDQUOT', [false, 'your disk quota is used up', 'free some space, then retry; no half file was left']],
  ['EACCES', [true, 'permission denied', 'make the directory writable for you, or choose another state directory']],
  ['EPERM', [true, 'not permitted', 'check the owner and the file system, or choose another state directory']],
  ['EROFS', [true, 'the file system is read-only', 'choose another state directory']],
  ['ENOTDIR', [true, 'a part of the path is a file', 'move that file away, or choose another state directory']],
  ['EEXIST', [true, 'a part of the path is a file', 'move that file away, or choose another state directory']],
  ['EISDIR', [true, 'it is a directory', 'move that directory away, or choose another state directory']],
]);

/** The `code` of a Node system error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** A member of an error, which may be of another realm than ours (no `instanceof`); undefined where there is none. */
export function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/**
 * What to throw for a failure of the file system: it names the path and says what to do.
 * @param verb what was tried, e.g. `write`
 */
export function fileError(path: string, verb: 'create' | 'read' | 'write', error: unknown): GoldenImagesError {
  const [user, what, hint] = HINTS.get(errorCode(error) ?? '') ?? [];
  const message = `cannot ${verb} ${path}: ${what ?? String(memberOf(error, 'message') ?? error)}`;
  const options = { hint: hint ?? 'check the state directory, then retry', cause: error };
  return user === true ? new BadInputError(message, options) : new GoldenImagesError('internal', message, options);
}

/** The bytes of a file, or undefined where there is none. @throws GoldenImagesError where it cannot be read */
export async function readFileIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(path, 'read', error);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeBeside<T>(path: string, body: string, place: (temporary: string) => Promise<T>): Promise<T> {
  const directory = dirname(path);
  const temporary = join(directory, `.tmp-${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(body, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    const result = await place(temporary);
    await syncDirectory(directory);
    return result;
  } catch (error) {
    throw fileError(path, 'write', error);
  } finally {
    // Gone already after a rename. Where even this fails the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Writes a file, replacing what is there: a temporary file beside it, fsync, rename. Readers see the old or the new
 * bytes, never a part. @throws GoldenImagesError that names the path, e.g. on a full disk; no half file is left
 */
export async function replaceFile(path: string, body: string): Promise<void> {
  await writeBeside(path, body, async (temporary) => {
    await rename(temporary, path);
  });
}

/**
 * Writes a file that must not be there yet, as a whole or not at all.
 * @returns false where there is one already, which is left alone
 * @throws GoldenImagesError that names the path; no half file is left
 */
export async function createFile(path: string, body: string): Promise<boolean> {
  return await writeBeside(path, body, async (temporary) => {
    try {
      await link(temporary, path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}
