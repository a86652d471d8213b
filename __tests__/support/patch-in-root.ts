import type { CommandResult } from '../../adapters/local/run-command';
import { parseResultLines, type ScriptTargetResult } from '../../domain/script/result-lines';
import type { ScriptTarget } from '../../domain/script/script-input';
import { runScript, type Shell } from './chroot-root';

/** A run of a patch script inside a root, and what it says of itself. */
export interface Patched {
  readonly ran: CommandResult;
  readonly results: readonly ScriptTargetResult[];
  /** Result of each target by package, with the reason where it has one: `fixed`, `residual held`. */
  readonly byName: Readonly<Record<string, string>>;
}

/** Renders a script for targets, runs it inside a root under a shell, and reads its results. */
export type Patch = (
  root: string,
  shell: Shell,
  targets: readonly ScriptTarget[],
  network?: 'none' | 'host',
) => Promise<Patched>;

/**
 * Gives the {@link Patch} of an ecosystem. It expects of every run that standard output holds nothing but a line for
 * each target and one with the exit code.
 */
export function patchWith(render: (targets: readonly ScriptTarget[]) => string): Patch {
  return async (root, shell, targets, network = 'none') => {
    const ran = await runScript(root, render(targets), shell, network);
    const { results, exitCode } = parseResultLines(ran.stdout);
    expect(exitCode).toBe(ran.code);
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(targets.length + 1);
    const byName = Object.fromEntries(
      results.map((one) => [one.package, one.reason === undefined ? one.result : `${one.result} ${one.reason}`]),
    );
    return { ran, results, byName };
  };
}

/** A target that is to be brought to its floor. */
export function upgrade(name: string, floor: string): ScriptTarget {
  return { package: name, floor, action: 'upgrade' };
}

/** A target that policy allows to be removed. */
export function remove(name: string, floor: string): ScriptTarget {
  return { package: name, floor, action: 'remove' };
}
