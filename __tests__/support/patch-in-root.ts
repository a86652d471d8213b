import { parseResultLines, type ScriptTargetResult } from '../../domain/script/result-lines';
import type { ScriptTarget } from '../../domain/script/script-input';
import { type Ran, runScript, type Shell } from './chroot-root';

/** How a patch script ended in a root. */
export interface Patched {
  readonly ran: Ran;
  readonly results: ScriptTargetResult[];
  /** `result`, or `residual <reason>`, by package. */
  readonly byName: Readonly<Record<string, string>>;
}

/** A target to raise. */
export function upgrade(name: string, floor: string, source?: string): ScriptTarget {
  return { package: name, floor, action: 'upgrade', ...(source === undefined ? {} : { source }) };
}

/** A target to take out. */
export function remove(name: string, floor: string): ScriptTarget {
  return { package: name, floor, action: 'remove' };
}

/** Runs a script in a root and reads what it says; its last line has to tell its exit code. */
export function patchInRoot(root: string, script: string, shell: Shell, network: 'none' | 'host' = 'none'): Patched {
  const ran = runScript(root, script, shell, network);
  const { results, exitCode } = parseResultLines(ran.stdout);
  expect(exitCode).toBe(ran.code);
  const byName = Object.fromEntries(
    results.map((one) => [one.package, one.reason === undefined ? one.result : `${one.result} ${one.reason}`]),
  );
  return { ran, results, byName };
}

/** The same, where every target and the exit code have one line each and nothing else is printed. */
export function patchWithLines(
  root: string,
  script: string,
  shell: Shell,
  targets: readonly ScriptTarget[],
  network: 'none' | 'host' = 'none',
): Patched {
  const patched = patchInRoot(root, script, shell, network);
  expect(patched.ran.stdout.trimEnd().split('\n')).toHaveLength(targets.length + 1);
  return patched;
}
