import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** How a command inside a root ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the machine. @throws Error with its output where it fails */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const ran = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (ran.status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${String(ran.status)}\n${ran.stdout}\n${ran.stderr}`, {
      cause: ran.error,
    });
  }
  return ran.stdout;
}

/** A directory that only this process uses. */
export function makeWorkDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'golden-images-test-'));
}

/** The Debian mirror that the machine's own apt sources name for its release. @throws Error where there is none */
export function machineMirror(): { readonly uri: string; readonly suite: string } {
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const directory = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...readdirSync(directory).map((file) => join(directory, file))];
  const uris = files.flatMap((file) => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return [];
    }
    return file.endsWith('.sources') ? deb822Uris(text, suite) : oneLineUris(text, suite);
  });
  const uri = uris[0];
  if (uri === undefined) throw new Error(`no apt source of this machine has the suite ${suite}`);
  return { uri, suite };
}

function deb822Uris(text: string, suite: string): string[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const words = (field: string): string[] =>
      (new RegExp(`^${field}:(.*)$`, 'm').exec(stanza)?.[1] ?? '').split(/\s+/).filter((word) => word !== '');
    return words('Suites').includes(suite) ? words('URIs').slice(0, 1) : [];
  });
}

function oneLineUris(text: string, suite: string): string[] {
  return [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/gm)]
    .filter((match) => match[2] === suite)
    .map((match) => match[1] ?? '');
}

/** Builds a minimal Debian root with mmdebstrap: about 15 s, needs root and the mirror. @returns its directory */
export function buildDebianRoot(work: string, include: readonly string[]): string {
  const { uri, suite } = machineMirror();
  const root = join(work, 'root');
  run('mmdebstrap', ['--quiet', '--variant=apt', `--include=${include.join(',')}`, suite, root, uri]);
  writeFileSync(join(root, 'etc/apt/sources.list'), '');
  return root;
}

/**
 * Calls `use` with a root of its own that starts as a copy of `base`: an overlay where the machine can mount one, else
 * a plain copy.
 */
export function withFreshRoot<T>(base: string, use: (root: string) => T): T {
  const work = makeWorkDirectory();
  const root = join(work, 'root');
  for (const name of ['root', 'upper', 'scratch']) mkdirSync(join(work, name));
  const layers = `lowerdir=${base},upperdir=${join(work, 'upper')},workdir=${join(work, 'scratch')}`;
  const mounted = spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]).status === 0;
  try {
    if (!mounted) run('cp', ['-a', `${base}/.`, root]);
    return use(root);
  } finally {
    if (mounted) run('umount', [root]);
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Runs a command inside a root, without any of this process's environment.
 * @param network `none` by default; `host` for a server on the loopback interface
 */
export function inRoot(root: string, command: readonly string[], network: 'none' | 'host' = 'none'): Ran {
  const whole = [...(network === 'none' ? ['unshare', '-n'] : []), 'chroot', root, ...command];
  const ran = spawnSync('env', ['-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', ...whole], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** Runs a script inside a root under a shell; the script itself is gone afterwards. */
export function runScript(root: string, script: string, shell: Shell, network: 'none' | 'host' = 'none'): Ran {
  writeFileSync(join(root, 'patch.sh'), script);
  const ran = inRoot(root, [...SHELL_COMMANDS[shell], '/patch.sh'], network);
  rmSync(join(root, 'patch.sh'));
  return ran;
}

/** Paths of everything in a root but devices and kernel file systems, sorted. */
export function filesOf(root: string): string[] {
  const paths = run('find', [root, '-xdev', '-path', `${root}/dev`, '-prune', '-o', '-printf', '%P\n']);
  return paths.split('\n').sort();
}
