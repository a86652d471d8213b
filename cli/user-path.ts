import { resolve } from 'node:path';

/**
 * Resolves a path that the user gave. `npm run` changes the working directory to the checkout's root and says in
 * INIT_CWD where the user was.
 */
export function userPath(path: string): string {
  return resolve(workingDirectory(), path);
}

/** Directory that the user called from. */
export function workingDirectory(): string {
  const called = process.env['npm_lifecycle_event'] === 'golden-images' ? process.env['INIT_CWD'] : undefined;
  return called ?? process.cwd();
}
