import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChecked } from '../../adapters/local/run-command';

/** Milliseconds that listing files may take. */
const LIMIT = 60_000;

/** A copy of the checkout's own files in a temporary directory. */
export interface CheckoutCopy {
  readonly directory: string;
  remove(): void;
}

/**
 * Copies what git tracks, and what it would track, but nothing that it ignores.
 * @param checkout a git checkout
 * @throws EngineError where it is none
 */
export async function copyCheckout(checkout: string): Promise<CheckoutCopy> {
  const list = await runChecked(
    'git',
    ['-C', checkout, 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      timeout: LIMIT,
    },
  );
  const directory = mkdtempSync(join(tmpdir(), 'golden-images-exit-drill-'));
  for (const file of new Set(list.split('\0').filter((name) => name !== ''))) {
    const source = join(checkout, file);
    // Deleted, but not yet for git; or node_modules, where it is a link to another checkout's.
    if (!existsSync(source) || file === 'node_modules') continue;
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(source, join(directory, file), { verbatimSymlinks: true });
  }
  return {
    directory,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
