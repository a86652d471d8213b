import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBase } from '../../../demo/make-base';
import {
  forgeBase,
  type ForgedBase,
  type ForgeFamily,
  type ForgeOptions,
  type ForgeSource,
  REPOSITORY,
} from './forged-base';
import { disguise, fillWithRpms, releaseSpec } from './rpm-packages';

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
  await disguise(root, OS_RELEASE);
  await mkdir(join(root, 'etc/yum.repos.d'), { recursive: true });
  await writeFile(
    join(root, 'etc/yum.repos.d/local.repo'),
    `[local]\nname=Forged packages\nbaseurl=file:///${REPOSITORY}\nenabled=1\ngpgcheck=0\n`,
  );
  if (options.held !== undefined && options.held.length > 0) {
    const conf = join(root, 'etc/dnf/dnf.conf');
    await writeFile(conf, `${(await readFile(conf, 'utf8')).trimEnd()}\nexclude=${options.held.join(',')}\n`);
  }
  await fillWithRpms(root, work, sources, options, SYSTEM_RELEASE);
}

/** Tells dnf the release, as every rpm distribution's own package does. */
const SYSTEM_RELEASE = releaseSpec('system-release', '2023.1', ['system-release(releasever) = 2023']);
