import { makeBase } from '../../../demo/make-base';
import { addZypperRepository, lockZypperPackages } from '../zypper-root';
import {
  forgeBase,
  type ForgedBase,
  type ForgeFamily,
  type ForgeOptions,
  type ForgeSource,
  REPOSITORY,
} from './forged-base';
import { disguise, fillWithRpms, releaseSpec } from './rpm-packages';

/** Sources with one and two binaries; an epoch, and releases as SUSE's build service counts them. */
const SUSE_SOURCES: readonly ForgeSource[] = [
  { name: 'forge-single', binaries: ['forge-single'], installed: '1.0-150700.1.9', available: '1.0-150700.1.10' },
  {
    name: 'forge-pair',
    binaries: ['forge-pair', 'libforge-pair1'],
    installed: '1:2.4.0-150700.3.3.1',
    available: '1:2.4.0-150700.3.12.1',
  },
  { name: 'forge-stale', binaries: ['forge-stale'], installed: '5.0-150700.1.1' },
];

/** os-release of SUSE Linux Enterprise Server 15 SP7, as its base container images have it. */
const OS_RELEASE = `NAME="SLES"
VERSION="15-SP7"
VERSION_ID="15.7"
PRETTY_NAME="SUSE Linux Enterprise Server 15 SP7 (forged)"
ID="sles"
ID_LIKE="suse"
CPE_NAME="cpe:/o:suse:sles:15:sp7"
`;

const family: ForgeFamily = {
  id: 'zypper',
  platform: 'SUSE_SERVER_15_7',
  arch: 'noarch',
  defaultSources: SUSE_SOURCES,
  findingName: 'binary',
  sourceVersion: (version) => version,
  baseTar: async () => await makeBase({ variant: 'essential', packages: ['zypper', 'rpm'] }),
  fill,
};

/**
 * A root with a real zypper and rpm, whose only repository is inside it. It is a Debian root underneath, but says SUSE
 * Linux Enterprise Server 15 SP7 in os-release and has no dpkg database. Needs no network once the root is cached.
 */
export async function zypperBase(options: ForgeOptions = {}): Promise<ForgedBase> {
  return await forgeBase(family, options);
}

async function fill(root: string, work: string, sources: readonly ForgeSource[], options: ForgeOptions): Promise<void> {
  await disguise(root, OS_RELEASE);
  addZypperRepository(root, 'local', `file:///${REPOSITORY}`);
  if (options.held !== undefined && options.held.length > 0) lockZypperPackages(root, options.held);
  await fillWithRpms(root, work, sources, options, releaseSpec('sles-release', '15.7', ['suse-release']));
}
