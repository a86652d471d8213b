import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine/engine';

/** Paths of an image on this machine. */
export interface ExtractedPaths {
  /** Directory that stands for the image's root; it has only plain files and directories. */
  readonly root: string;
  /** Those of the paths that exist in the image, also as links and whatever else. */
  readonly existing: ReadonlySet<string>;
}

/**
 * Copies those of the paths that exist out of an image, for as long as `use` runs. Links are never followed.
 * @param paths relative to the image's root
 */
export async function withExtracted<T>(
  engine: Engine,
  reference: string,
  paths: readonly string[],
  use: (extracted: ExtractedPaths) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'golden-images-inspect-'));
  try {
    await engine.extract(reference, paths, root);
    const existing = new Set<string>();
    for (const path of paths) if (await statusOf(join(root, path))) existing.add(path);
    await removeSpecialFiles(root);
    return await use({ root, existing });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** What is at a path, links as links; undefined where there is nothing. */
export async function statusOf(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  return await lstat(path).catch(() => undefined);
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
