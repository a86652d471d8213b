import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../../adapters/local/run-command';
import { makeBase } from '../../../demo/make-base';
import { writeRpmMetadata } from '../offline-rpm-repository';
import {
  forgeBase,
  type ForgedBase,
  type ForgeFamily,
  type ForgeOptions,
  type ForgeSource,
  REPOSITORY,
} from './forged-base';

/** Sources with one, two and three binaries; an epoch, a tilde version, and one that has nothing newer. */
export const RPM_SOURCES: readonly ForgeSource[] = [
  {
    name: 'forge-single',
    binaries: ['forge-single'],
    installed: '1.0-1.amzn2023.0.1',
    available: '1.0-1.amzn2023.0.2',
  },
  {
    name: 'forge-pair',
    binaries: ['forge-pair', 'forge-pair-libs'],
    installed: '1:2.4.0-3.amzn2023.0.1',
    available: '1:2.4.0-3.amzn2023.0.10',
  },
  {
    name: 'forge-trio',
    binaries: ['forge-trio', 'forge-trio-libs', 'forge-trio-common'],
    installed: '3.1~rc2-2.amzn2023',
    available: '3.1-1.amzn2023',
  },
  { name: 'forge-stale', binaries: ['forge-stale'], installed: '5.0-1.amzn2023' },
];

const OS_RELEASE = `NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PLATFORM_ID="platform:al2023"
PRETTY_NAME="Amazon Linux 2023 (forged)"
`;

const family: ForgeFamily = {
  id: 'rpm',
  platform: 'AMAZON_LINUX_2023',
  arch: 'noarch',
  defaultSources: RPM_SOURCES,
  findingName: 'binary',
  sourceVersion: (version) => version,
  baseTar: async () => await makeBase({ variant: 'essential', packages: ['dnf', 'rpm'] }),
  fill,
};

/**
 * A root with a real dnf and rpm, whose only repository is inside it: old rpms in its database at `/var/lib/rpm`,
 * newer ones in the repository. It is a Debian root underneath, but says Amazon Linux 2023 in os-release and has no
 * dpkg database. Needs no network once the root is cached; made in about five seconds.
 */
export async function dnfBase(options: ForgeOptions = {}): Promise<ForgedBase> {
  return await forgeBase(family, options);
}

async function fill(root: string, work: string, sources: readonly ForgeSource[], options: ForgeOptions): Promise<void> {
  await configure(root, options);
  const old = join(work, 'old');
  const repository = join(root, REPOSITORY);
  await mkdir(repository, { recursive: true });
  const specs = join(work, 'specs');
  await mkdir(specs);
  const oldSpecs = [await write(join(specs, 'system-release.spec'), SYSTEM_RELEASE)];
  const newSpecs: string[] = [];
  for (const source of sources) {
    oldSpecs.push(await write(join(specs, `${source.name}-old.spec`), spec(source, source.installed, {})));
    const newest = source.available ?? source.installed;
    newSpecs.push(await write(join(specs, `${source.name}-new.spec`), spec(source, newest, options)));
  }
  await buildRpms(work, old, oldSpecs);
  await buildRpms(work, repository, newSpecs);
  await runChecked('sh', ['-c', 'rpm --root "$1" --dbpath /var/lib/rpm --install "$2"/*.rpm', 'sh', root, old]);
  await writeRpmMetadata(repository);
  for (const name of options.missingFile ?? []) {
    const source = sources.find(({ binaries }) => binaries.includes(name));
    const file = `${name}-${(source?.available ?? '').replace(/^\d+:/, '')}.noarch.rpm`;
    await rm(join(repository, file));
  }
}

/** Makes the Debian root look like, and work as, an rpm distribution. */
async function configure(root: string, options: ForgeOptions): Promise<void> {
  await writeFile(join(root, 'usr/lib/os-release'), OS_RELEASE);
  for (const path of ['var/lib/dpkg', 'var/lib/apt', 'etc/apt']) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  // Debian's rpm keeps its database in root's home, to spare the system's own.
  await mkdir(join(root, 'etc/rpm'), { recursive: true });
  await writeFile(join(root, 'etc/rpm/macros'), '%_dbpath /var/lib/rpm\n');
  await mkdir(join(root, 'var/lib/rpm'), { recursive: true });
  await mkdir(join(root, 'etc/yum.repos.d'), { recursive: true });
  await writeFile(
    join(root, 'etc/yum.repos.d/local.repo'),
    `[local]\nname=Forged packages\nbaseurl=file:///${REPOSITORY}\nenabled=1\ngpgcheck=0\n`,
  );
  if (options.held !== undefined && options.held.length > 0) {
    const conf = join(root, 'etc/dnf/dnf.conf');
    await writeFile(conf, `${(await readFile(conf, 'utf8')).trimEnd()}\nexclude=${options.held.join(',')}\n`);
  }
}

/** Tells dnf the release, as every rpm distribution's own package does, and provides the shell for scriptlets. */
const SYSTEM_RELEASE = `Name: system-release
Version: 2023.1
Release: 1
Summary: release of the forged distribution
License: Apache-2.0
BuildArch: noarch
Provides: /bin/sh
Provides: system-release(releasever) = 2023
%description
Release of the forged distribution.
%files
`;

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
