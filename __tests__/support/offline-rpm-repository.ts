import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './chroot-root';

/** A tiny source package of rpm and the binaries that are built from it. */
export interface RpmSource {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch?: number;
  /** For the machine's architecture; else for none. */
  readonly isNative?: true;
  /** Further lines of the main package's preamble, e.g. `Conflicts: x`. */
  readonly preamble?: readonly string[];
  /** Names of further binaries. */
  readonly subpackages?: readonly string[];
}

/** Builds a package with rpmbuild; its binaries land in `directory`. */
export function buildRpm(work: string, directory: string, one: RpmSource): void {
  const top = join(work, 'rpmbuild');
  mkdirSync(top, { recursive: true });
  mkdirSync(directory, { recursive: true });
  const subpackages = one.subpackages ?? [];
  const spec = [
    `Name: ${one.name}`,
    `Version: ${one.version}`,
    `Release: ${one.release}`,
    ...(one.epoch === undefined ? [] : [`Epoch: ${one.epoch}`]),
    'Summary: package of a test',
    'License: none',
    ...(one.isNative === true ? [] : ['BuildArch: noarch']),
    ...(one.preamble ?? []),
    '%description',
    'Package of a test.',
    ...subpackages.flatMap((name) => [`%package -n ${name}`, 'Summary: more', `%description -n ${name}`, 'More.']),
    '%files',
    ...subpackages.map((name) => `%files -n ${name}`),
  ];
  const file = join(top, `${one.name}.spec`);
  writeFileSync(file, spec.map((line) => `${line}\n`).join(''));
  run('rpmbuild', ['--quiet', '-bb', '--define', `_topdir ${top}`, '--define', `_rpmdir ${directory}`, file]);
}

/** Makes the metadata of a repository in a directory of packages. */
export function writeRpmMetadata(directory: string): void {
  run('createrepo_c', ['--quiet', directory]);
}

/** A stream of a module and the packages of the repository that are in it. */
export interface RpmModuleStream {
  readonly module: string;
  readonly stream: string;
  /** As `name-epoch:version-release.architecture`. */
  readonly packages: readonly string[];
}

/** Adds modules to the metadata of a repository; no stream is a default (modulemd-stream-v2). */
export function writeRpmModules(work: string, directory: string, streams: readonly RpmModuleStream[]): void {
  const documents = streams.map(({ module, stream, packages }) => ({
    document: 'modulemd',
    version: 2,
    data: {
      name: module,
      stream,
      version: 1,
      context: 'abcdef12',
      arch: 'noarch',
      summary: 'module of a test',
      description: 'Module of a test.',
      license: { module: ['MIT'] },
      artifacts: { rpms: packages },
    },
  }));
  const file = join(work, 'modules.yaml');
  writeFileSync(file, documents.map((one) => `---\n${JSON.stringify(one)}\n`).join(''));
  run('modifyrepo_c', ['--mdtype=modules', file, join(directory, 'repodata')]);
}

/**
 * Installs packages of a repository directory of the machine into a root, whose database comes to lie in `/var/lib/rpm`
 * as on Fedora and RHEL; Debian's rpm would put it into the home directory.
 */
export function installRpms(work: string, root: string, directory: string, names: readonly string[]): void {
  const home = join(work, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.rpmmacros'), '%_dbpath /var/lib/rpm\n');
  const source = [`--repofrompath=offline,file://${directory}`, '--repo=offline', '--setopt=reposdir=/dev/null'];
  const options = [`--installroot=${root}`, ...source, '--nogpgcheck', '--releasever=1'];
  run('dnf', ['-q', '-y', ...options, 'install', ...names], { env: { ...process.env, HOME: home } });
}

/** Makes a root's only dnf source the repository at this URL. */
export function useRpmRepository(root: string, url: string): void {
  mkdirSync(join(root, 'etc/yum.repos.d'), { recursive: true });
  const text = `[offline]\nname=offline\nbaseurl=${url}\nenabled=1\ngpgcheck=0\n`;
  writeFileSync(join(root, 'etc/yum.repos.d/offline.repo'), text);
}
