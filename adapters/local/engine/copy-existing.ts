import { cp, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Copies those of the paths that exist from one root to another. Symbolic links are copied as links, and a path whose
 * parent is a link is passed over: an image must not make us read the machine's own files.
 */
export async function copyExisting(root: string, paths: readonly string[], destination: string): Promise<void> {
  for (const path of paths) {
    if (!(await isPlainPath(root, path))) continue;
    const target = join(destination, path);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(root, path), target, { recursive: true, dereference: false, verbatimSymlinks: true });
  }
}

async function isPlainPath(root: string, path: string): Promise<boolean> {
  let current = root;
  const parts = path.split('/');
  for (const [index, part] of parts.entries()) {
    current = join(current, part);
    const status = await lstat(current).catch(() => undefined);
    if (status === undefined || (status.isSymbolicLink() && index < parts.length - 1)) return false;
  }
  return true;
}
