import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { lastLines, runChecked, runCommand } from '../adapters/local/run-command';
import { EngineError } from '../domain/errors';
import { type AptSource, aptReachOptions, formatSource } from './apt-sources';

/** Paths of a Debian root that apt needs to know what is installed and whom to trust. */
const NEEDED = ['var/lib/dpkg', 'etc/apt/trusted.gpg.d', 'etc/apt/preferences.d', 'usr/share/keyrings'];

/** A scratch apt over a copy of a root's package database: it can look and simulate, and never touches the root. */
export interface AptScratch {
  readonly directory: string;
  /** dpkg's status file in the copy. */
  readonly statusFile: string;
  /** Environment for `apt-get` and `apt-cache` that makes them use the scratch only. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Sets up a scratch apt, with the given repositories only, and downloads their indexes.
 * @param rootfs a Debian root: a tar, or an unpacked directory
 * @param directory an empty directory that becomes the scratch
 * @throws EngineError where the root has no dpkg database, or an index cannot be downloaded
 */
export async function makeAptScratch(
  rootfs: string,
  directory: string,
  sources: readonly AptSource[],
): Promise<AptScratch> {
  const scratch = resolve(directory);
  await copyNeeded(rootfs, scratch);
  for (const path of [
    'etc/apt/sources.list.d',
    'etc/apt/preferences.d',
    'var/lib/apt/lists',
    'var/cache/apt/archives',
  ]) {
    await mkdir(join(scratch, path), { recursive: true });
  }
  await writeFile(join(scratch, 'etc/apt/sources.list'), `${sources.map(formatSource).join('\n')}\n`);
  const statusFile = join(scratch, 'var/lib/dpkg/status');
  const config = join(scratch, 'apt.conf');
  const architecture = (await runChecked('dpkg', ['--print-architecture'])).trim();
  await writeFile(
    config,
    [
      `Dir "${scratch}";`,
      `Dir::State::status "${statusFile}";`,
      // The configuration directories are read after this file: the machine's own hooks must not run.
      `Dir::Etc::parts "/dev/null";`,
      `Dir::Etc::main "/dev/null";`,
      `APT::Architecture "${architecture}";`,
      `APT::Sandbox::User "root";`,
      `APT::Get::Show-User-Simulation-Note "false";`,
      `Acquire::Languages "none";`,
      ...(await aptReachOptions()),
      '',
    ].join('\n'),
  );
  const env = { APT_CONFIG: config, LC_ALL: 'C' };
  await runChecked('apt-get', ['update', '-qq', '--error-on=any'], { env });
  return { directory: scratch, statusFile, env };
}

async function copyNeeded(rootfs: string, scratch: string): Promise<void> {
  if ((await stat(rootfs)).isDirectory()) {
    for (const path of NEEDED) {
      const to = join(scratch, path);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(rootfs, path), to, { recursive: true }).catch((cause: unknown) => {
        if (path === 'var/lib/dpkg') throw cause;
      });
    }
    return;
  }
  // Archives name their members with or without "./", and some of them are absent from some roots.
  const members = NEEDED.flatMap((path) => [path, `./${path}`]);
  const { code, stderr } = await runCommand('tar', ['-xf', resolve(rootfs), '-C', scratch, ...members]);
  if (code !== 0 && code !== 2) throw new EngineError(`tar cannot unpack ${rootfs}: ${lastLines(stderr)}`);
  await stat(join(scratch, 'var/lib/dpkg/status'));
}
