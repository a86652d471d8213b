import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../../adapters/local/run-command';
import { type ForgeOptions, type ForgeSource, REPOSITORY } from './forged-base';

/**
 * Builds the packages of all sources with rpmbuild, installs the old ones into the database of a root at `/var/lib/rpm`,
 * and makes the repository of the newest in it.
 * @param release spec of the package that stands for the distribution's release; it is installed too
 */
export async function fillWithRpms(
  root: string,
  work: string,
  sources: readonly ForgeSource[],
  options: ForgeOptions,
  release: string,
): Promise<void> {
  const old = join(work, 'old');
  const repository = join(root, REPOSITORY);
  await mkdir(repository, { recursive: true });
  const specs = join(work, 'specs');
  await mkdir(specs);
  const oldSpecs = [await write(join(specs, 'release.spec'), release)];
  const newSpecs: string[] = [];
  for (const source of sources) {
    oldSpecs.push(await write(join(specs, `${source.name}-old.spec`), spec(source, source.installed, {})));
    const newest = source.available ?? source.installed;
    newSpecs.push(await write(join(specs, `${source.name}-new.spec`), spec(source, newest, options)));
  }
  await buildRpms(work, old, oldSpecs);
  await buildRpms(work, repository, newSpecs);
  await runChecked('sh', ['-c', 'rpm --root "$1" --dbpath /var/lib/rpm --install "$2"/*.rpm', 'sh', root, old]);
  await runChecked('createrepo_c', ['--quiet', repository]);
  for (const name of options.missingFile ?? []) {
    const source = sources.find(({ binaries }) => binaries.includes(name));
    const file = `${name}-${(source?.available ?? '').replace(/^\d+:/, '')}.noarch.rpm`;
    await rm(join(repository, file));
  }
}

/** Takes out of a Debian root what makes it Debian, and names it something else. */
export async function disguise(root: string, osRelease: string): Promise<void> {
  await writeFile(join(root, 'usr/lib/os-release'), osRelease);
  for (const path of ['var/lib/dpkg', 'var/lib/apt', 'etc/apt']) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  // Debian's rpm keeps its database in root's home, to spare the system's own.
  await mkdir(join(root, 'etc/rpm'), { recursive: true });
  await writeFile(join(root, 'etc/rpm/macros'), '%_dbpath /var/lib/rpm\n');
  await mkdir(join(root, 'var/lib/rpm'), { recursive: true });
}

/** Spec of a package that says which release this is, and provides the shell for scriptlets. */
export function releaseSpec(name: string, version: string, provides: readonly string[]): string {
  const lines = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: release of the forged distribution',
    'License: Apache-2.0',
    'BuildArch: noarch',
    ...['/bin/sh', ...provides].map((one) => `Provides: ${one}`),
    '%description',
    'Release of the forged distribution.',
    '%files',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function spec(source: ForgeSource, full: string, options: ForgeOptions): string {
  const [, epoch, version, release] = /^(?:(\d+):)?([^-]+)-([^-]+)$/.exec(full) ?? [];
  if (version === undefined || release === undefined) throw new Error(`${full} is not [epoch:]version-release`);
  const preamble = [
    `Name: ${source.name}`,
    ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
    `Version: ${version}`,
    `Release: ${release}`,
    `Summary: forged package`,
    'License: Apache-2.0',
    'BuildArch: noarch',
  ];
  const dependency = (name: string): string[] =>
    options.unmetDependency?.includes(name) === true ? ['Requires: forge-that-exists-nowhere'] : [];
  const sections = source.binaries.flatMap((name) => {
    const file = `/usr/share/${name}/version`;
    const isMain = name === source.name;
    const option = isMain ? '' : ` -n ${name}`;
    return [
      ...(isMain ? [] : [`%package${option}`, 'Summary: forged package', ...dependency(name)]),
      `%description${option}`,
      'Forged package.',
      ...(options.failingScript?.includes(name) === true
        ? [`%pre${option}`, 'echo "forged failure" >&2', 'exit 1']
        : []),
      `%files${option}`,
      file,
    ];
  });
  const hasMain = source.binaries.includes(source.name);
  return [
    ...preamble,
    ...(hasMain ? dependency(source.name) : []),
    ...(hasMain ? [] : ['%description', 'Forged package.']),
    ...sections,
    '%install',
    ...source.binaries.flatMap((name) => [
      `mkdir -p %{buildroot}/usr/share/${name}`,
      `echo '${full}' > %{buildroot}/usr/share/${name}/version`,
    ]),
    '',
  ].join('\n');
}

/** Builds all binary packages of the specs, in one run, into one directory. */
async function buildRpms(work: string, into: string, specs: readonly string[]): Promise<void> {
  const macros = {
    _topdir: join(work, 'rpmbuild'),
    _rpmdir: into,
    _rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _dbpath: join(work, 'rpmdb'),
    _binary_payload: 'w1.gzdio',
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  await runChecked('rpmbuild', ['-bb', '--quiet', '--nodeps', ...defines, ...specs]);
}

async function write(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  return path;
}
