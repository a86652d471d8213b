/** How a distribution is written as Inspector writes it, and how many parts of its version name a release. */
interface Spelling {
  readonly prefix: string;
  readonly parts: 1 | 2;
}

const spelling = (prefix: string, parts: 1 | 2 = 1): Spelling => ({ prefix, parts });

const ALMA = spelling('ALMA_LINUX');
const ALPINE = spelling('ALPINE_LINUX', 2);
const AMAZON = spelling('AMAZON_LINUX');
const AZURE = spelling('AZURE_LINUX', 2);
const CENTOS = spelling('CENTOS');
const DEBIAN = spelling('DEBIAN');
const FEDORA = spelling('FEDORA');
const LEAP = spelling('OPENSUSE_LEAP', 2);
const ORACLE = spelling('ORACLE_LINUX');
const PHOTON = spelling('PHOTON_OS', 2);
const RHEL = spelling('RED_HAT_ENTERPRISE_LINUX');
const ROCKY = spelling('ROCKY_LINUX');
const SLES = spelling('SUSE_LINUX_ENTERPRISE_SERVER', 2);

/**
 * Lower-case names of distributions: os-release `NAME`, as Inspector's `operating-system` component has it, and Trivy's
 * families with their older aliases. Source: os-release(5) of the distributions; aquasecurity/trivy,
 * pkg/fanal/types/const.go.
 */
const SPELLINGS: ReadonlyMap<string, Spelling> = new Map([
  ['alma', ALMA],
  ['almalinux', ALMA],
  ['alpine', ALPINE],
  ['alpine linux', ALPINE],
  ['amazon', AMAZON],
  ['amazon linux', AMAZON],
  ['amazon linux ami', AMAZON],
  ['azurelinux', AZURE],
  ['azure linux', AZURE],
  ['microsoft azure linux', AZURE],
  ['centos', CENTOS],
  ['centos linux', CENTOS],
  ['centos stream', CENTOS],
  ['centos-stream', CENTOS],
  ['chainguard', spelling('CHAINGUARD')],
  ['debian', DEBIAN],
  ['debian gnu/linux', DEBIAN],
  ['fedora', FEDORA],
  ['fedora linux', FEDORA],
  ['minimos', spelling('MINIMOS')],
  ['opensuse leap', LEAP],
  ['opensuse-leap', LEAP],
  ['opensuse.leap', LEAP],
  ['oracle', ORACLE],
  ['oracle linux', ORACLE],
  ['oracle linux server', ORACLE],
  ['photon', PHOTON],
  ['photon os', PHOTON],
  ['vmware photon os', PHOTON],
  ['red hat enterprise linux', RHEL],
  ['red hat enterprise linux server', RHEL],
  ['redhat', RHEL],
  ['rocky', ROCKY],
  ['rocky linux', ROCKY],
  ['sles', SLES],
  ['suse linux enterprise server', SLES],
  ['ubuntu', spelling('UBUNTU', 2)],
  ['wolfi', spelling('WOLFI')],
]);

/** Trivy's families of operating systems, and the names of every other scanner that this project knows. */
export function isDistribution(name: string): boolean {
  return SPELLINGS.has(name.trim().toLowerCase());
}

/**
 * Writes an operating system as Inspector's `platform` does: `Debian GNU/Linux` and `12.5` make `DEBIAN_12`, `alpine`
 * and `3.18.2` make `ALPINE_LINUX_3_18`, `amazon` and `2023.4.20240611 (Amazon Linux)` make `AMAZON_LINUX_2023`.
 * @returns the name and version in upper snake case where the distribution is not known; undefined without a name
 */
export function platformText(name: string | undefined, version: string | undefined): string | undefined {
  const key = name?.trim().toLowerCase() ?? '';
  if (key === '') return undefined;
  const known = SPELLINGS.get(key);
  const numbers = /(?:^|[\s:v-])(?<numbers>\d+(?:\.\d+)*)/i.exec(version ?? '')?.groups?.['numbers'] ?? '';
  // A codename (`bookworm/sid`) or a snapshot of the future (`3.21_alpha…`) is a rolling release: no version.
  const release = /^\d[\d.]*_|\/sid$/.test(version ?? '') ? '' : numbers;
  const parts = known === undefined ? release.split('.') : release.split('.').slice(0, known.parts);
  return [known?.prefix ?? key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_'), ...parts]
    .filter((part) => part !== '')
    .join('_');
}
