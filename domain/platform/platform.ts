import type { EcosystemId } from '../ecosystems/ecosystem';

/** An operating system release, named as os-release(5) names it. */
export interface Platform {
  /** os-release `ID`: `debian`, `ubuntu`, `amzn`, `alpine`, `rhel`, … */
  readonly distribution: string;
  /** os-release `VERSION_ID`: `12`, `24.04`, `2023`, `3.18`; empty for rolling releases. */
  readonly version: string;
}

/** How Inspector's platform strings begin, and the os-release ID that they mean. Longest prefix first. */
const INSPECTOR_PREFIXES: readonly (readonly [string, string])[] = [
  ['RED_HAT_ENTERPRISE_LINUX', 'rhel'],
  ['REDHAT_ENTERPRISE_LINUX', 'rhel'],
  ['ORACLE_LINUX_SERVER', 'ol'],
  ['SUSE_LINUX_ENTERPRISE_SERVER', 'sles'],
  ['AMAZON_LINUX', 'amzn'],
  ['ALPINE_LINUX', 'alpine'],
  ['ORACLE_LINUX', 'ol'],
  ['ROCKY_LINUX', 'rocky'],
  ['ALMA_LINUX', 'almalinux'],
  ['AZURE_LINUX', 'azurelinux'],
  ['SUSE_SERVER', 'sles'],
  ['OPENSUSE_LEAP', 'opensuse-leap'],
  ['ALMALINUX', 'almalinux'],
  ['CHAINGUARD', 'chainguard'],
  ['MINIMOS', 'minimos'],
  ['PHOTON_OS', 'photon'],
  ['BUSYBOX', 'busybox'],
  ['CENTOS', 'centos'],
  ['DEBIAN', 'debian'],
  ['FEDORA', 'fedora'],
  ['PHOTON', 'photon'],
  ['UBUNTU', 'ubuntu'],
  ['ALPINE', 'alpine'],
  ['ORACLE', 'ol'],
  ['ROCKY', 'rocky'],
  ['WOLFI', 'wolfi'],
  ['RHEL', 'rhel'],
  ['SLES', 'sles'],
];

/**
 * Reads Inspector's `platform` string: upper snake case, e.g. `UBUNTU_24_04`, `AMAZON_LINUX_2023` (Inspector API,
 * AwsEcrContainerImageDetails).
 * @returns undefined where the text is absent or no known distribution
 */
export function parsePlatform(text: string | undefined): Platform | undefined {
  if (text === undefined) return undefined;
  const upper = text.trim().toUpperCase().replaceAll(/[ .-]/g, '_');
  for (const [prefix, distribution] of INSPECTOR_PREFIXES) {
    if (upper !== prefix && !upper.startsWith(`${prefix}_`)) continue;
    const version = upper.slice(prefix.length + 1).replaceAll('_', '.');
    return /^[0-9.]*$/.test(version) ? { distribution, version } : undefined;
  }
  return undefined;
}

/**
 * Reads the text of `/etc/os-release` (os-release(5)).
 * @returns undefined where it has no `ID`
 */
export function parseOsRelease(text: string): Platform | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(?<key>[A-Z_]+)=(?<quote>["']?)(?<value>[A-Za-z0-9._-]*)\k<quote>\s*$/.exec(line);
    if (match?.groups !== undefined) values.set(match.groups['key'] ?? '', match.groups['value'] ?? '');
  }
  const distribution = values.get('ID');
  if (distribution === undefined || distribution === '') return undefined;
  return { distribution, version: values.get('VERSION_ID') ?? '' };
}

/**
 * The usual package manager family of a platform. Minimal variants of the rpm distributions ship `microdnf` alone: that
 * cannot be told from the release, only from the base or the configuration.
 * @returns undefined where this project knows no package manager for it
 */
export function ecosystemIdOf(platform: Platform | undefined): EcosystemId | undefined {
  if (platform === undefined) return undefined;
  const major = Number.parseInt(platform.version, 10);
  switch (platform.distribution) {
    case 'debian':
    case 'ubuntu':
      return 'apt';
    case 'alpine':
    case 'wolfi':
    case 'chainguard':
    case 'minimos':
      return 'apk';
    case 'amzn':
      return major >= 2022 ? 'dnf' : 'yum';
    case 'fedora':
      return 'dnf';
    case 'rhel':
    case 'centos':
    case 'rocky':
    case 'almalinux':
    case 'ol':
      return major >= 8 ? 'dnf' : 'yum';
    case 'sles':
    case 'opensuse-leap':
    case 'opensuse-tumbleweed':
      return 'zypper';
    default:
      return undefined;
  }
}
