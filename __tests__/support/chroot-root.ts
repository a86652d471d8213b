import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, runChecked, runCommand } from '../../adapters/local/run-command';
import { type AptSource, readAptSources } from '../../demo/apt-sources';

/** Shells that the scripts must run under, all of them in the roots: sh of Debian, of Alpine, of Fedora and RHEL. */
export const SHELLS = ['dash', 'busybox', 'bash'] as const;

/** Name of a shell. */
export type Shell = (typeof SHELLS)[number];

/** How each is called as `sh`. */
export const SHELL_COMMANDS: Readonly<Record<Shell, readonly string[]>> = {
  dash: ['dash'],
  busybox: ['busybox', 'sh'],
  bash: ['bash', '--posix'],
};

/** A directory that only this process uses. */
export function makeWorkDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'golden-images-test-'));
}

/** The Debian mirror that the machine's own apt sources name for its release. @throws Error where there is none */
async function machineMirror(): Promise<AptSource> {
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const source = (await readAptSources()).find((one) => one.suite === suite);
  if (source === undefined) throw new Error(`no apt source of this machine has the suite ${suite}`);
  return source;
}

/** Builds a minimal Debian root with mmdebstrap: about 15 s, needs root and the mirror. @returns its directory */
export async function buildDebianRoot(work: string, include: readonly string[]): Promise<string> {
  const { uri, suite } = await machineMirror();
  const root = join(work, 'root');
  await runChecked('mmdebstrap', ['--quiet', '--variant=apt', `--include=${include.join(',')}`, suite, root, uri]);
  writeFileSync(join(root, 'etc/apt/sources.list'), '');
  return root;
}

/**
 * Calls `use` with a root of its own that starts as a copy of `base`: an overlay where the machine can mount one, else
 * a plain copy.
 */
export async function withFreshRoot<T>(base: string, use: (root: string) => Promise<T>): Promise<T> {
  const work = makeWorkDirectory();
  const root = join(work, 'root');
  for (const name of ['root', 'upper', 'scratch']) mkdirSync(join(work, name));
  const layers = `lowerdir=${base},upperdir=${join(work, 'upper')},workdir=${join(work, 'scratch')}`;
  const mounted = (await runCommand('mount', ['-t', 'overlay', 'overlay', '-o', layers, root])).code === 0;
  try {
    if (!mounted) await runChecked('cp', ['-a', `${base}/.`, root]);
    return await use(root);
  } finally {
    if (mounted) await runChecked('umount', [root]);
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Runs a command inside a root, without any of this process's environment.
 * @param network `none` by default; `host` for a server on the loopback interface
 */
export async function inRoot(
  root: string,
  command: readonly string[],
  network: 'none' | 'host' = 'none',
): Promise<CommandResult> {
  const whole = [...(network === 'none' ? ['unshare', '-n'] : []), 'chroot', root, ...command];
  return await runCommand('env', ['-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', ...whole]);
}

/** Runs a script inside a root under a shell; the script itself is gone afterwards. */
export async function runScript(
  root: string,
  script: string,
  shell: Shell,
  network: 'none' | 'host' = 'none',
): Promise<CommandResult> {
  writeFileSync(join(root, 'patch.sh'), script);
  const ran = await inRoot(root, [...SHELL_COMMANDS[shell], '/patch.sh'], network);
  rmSync(join(root, 'patch.sh'));
  return ran;
}

/** Paths of everything in a root but devices and kernel file systems, sorted. */
export async function filesOf(root: string): Promise<string[]> {
  const prune = ['-path', `${root}/dev`, '-prune', '-o', '-printf', '%P\n'];
  return (await runChecked('find', [root, '-xdev', ...prune])).split('\n').sort();
}
