import type { Platform } from './platform';

/** Until when a release gets public security updates, and who says so. */
interface SupportEnd {
  /** Last day, ISO date. Free long-term support counts; support that must be bought (ESM, ELTS, ELS) does not. */
  readonly ends: string;
  readonly source: string;
}

const DEBIAN = 'https://wiki.debian.org/DebianReleases (LTS included)';
const UBUNTU = 'https://ubuntu.com/about/release-cycle (standard support; Ubuntu Pro not counted)';
const ALPINE = 'https://alpinelinux.org/releases/';
const AMAZON =
  'https://aws.amazon.com/amazon-linux-2/faqs/ and https://docs.aws.amazon.com/linux/al2023/release-notes/';
const REDHAT = 'https://access.redhat.com/support/policy/updates/errata (maintenance support)';
const CENTOS = 'https://www.centos.org/cl-vs-cs/ (CentOS Linux end of life)';
const ROCKY = 'https://wiki.rockylinux.org/rocky/version/';
const ALMA = 'https://wiki.almalinux.org/release-notes/';
const ORACLE = 'https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf (premier support)';
const FEDORA = 'https://docs.fedoraproject.org/en-US/releases/lifecycle/';
const SUSE = 'https://www.suse.com/lifecycle (general support of the service pack; LTSS not counted)';
const OPENSUSE = 'https://en.opensuse.org/Lifetime';

/** Keyed by `<distribution> <version>`; a release line is found by its longest listed version prefix. */
const SUPPORT_ENDS: ReadonlyMap<string, SupportEnd> = new Map([
  ['debian 8', { ends: '2020-06-30', source: DEBIAN }],
  ['debian 9', { ends: '2022-06-30', source: DEBIAN }],
  ['debian 10', { ends: '2024-06-30', source: DEBIAN }],
  ['debian 11', { ends: '2026-08-31', source: DEBIAN }],
  ['debian 12', { ends: '2028-06-30', source: DEBIAN }],
  ['debian 13', { ends: '2030-06-30', source: DEBIAN }],
  ['ubuntu 16.04', { ends: '2021-04-30', source: UBUNTU }],
  ['ubuntu 18.04', { ends: '2023-05-31', source: UBUNTU }],
  ['ubuntu 20.04', { ends: '2025-05-31', source: UBUNTU }],
  ['ubuntu 22.04', { ends: '2027-04-30', source: UBUNTU }],
  ['ubuntu 24.04', { ends: '2029-04-30', source: UBUNTU }],
  ['ubuntu 26.04', { ends: '2031-04-30', source: UBUNTU }],
  ['alpine 3.15', { ends: '2023-11-01', source: ALPINE }],
  ['alpine 3.16', { ends: '2024-05-23', source: ALPINE }],
  ['alpine 3.17', { ends: '2024-11-22', source: ALPINE }],
  ['alpine 3.18', { ends: '2025-05-09', source: ALPINE }],
  ['alpine 3.19', { ends: '2025-11-01', source: ALPINE }],
  ['alpine 3.20', { ends: '2026-04-01', source: ALPINE }],
  ['alpine 3.21', { ends: '2026-11-01', source: ALPINE }],
  ['alpine 3.22', { ends: '2027-05-01', source: ALPINE }],
  ['alpine 3.23', { ends: '2027-11-01', source: ALPINE }],
  ['amzn 1', { ends: '2023-12-31', source: AMAZON }],
  ['amzn 2018', { ends: '2023-12-31', source: AMAZON }],
  ['amzn 2', { ends: '2026-06-30', source: AMAZON }],
  ['amzn 2023', { ends: '2029-06-30', source: AMAZON }],
  ['rhel 6', { ends: '2020-11-30', source: REDHAT }],
  ['rhel 7', { ends: '2024-06-30', source: REDHAT }],
  ['rhel 8', { ends: '2029-05-31', source: REDHAT }],
  ['rhel 9', { ends: '2032-05-31', source: REDHAT }],
  ['rhel 10', { ends: '2035-05-31', source: REDHAT }],
  ['centos 6', { ends: '2020-11-30', source: CENTOS }],
  ['centos 7', { ends: '2024-06-30', source: CENTOS }],
  ['centos 8', { ends: '2021-12-31', source: CENTOS }],
  ['rocky 8', { ends: '2029-05-31', source: ROCKY }],
  ['rocky 9', { ends: '2032-05-31', source: ROCKY }],
  ['rocky 10', { ends: '2035-05-31', source: ROCKY }],
  ['almalinux 8', { ends: '2029-03-01', source: ALMA }],
  ['almalinux 9', { ends: '2032-05-31', source: ALMA }],
  ['almalinux 10', { ends: '2035-05-31', source: ALMA }],
  ['ol 7', { ends: '2024-12-31', source: ORACLE }],
  ['ol 8', { ends: '2029-07-31', source: ORACLE }],
  ['ol 9', { ends: '2032-06-30', source: ORACLE }],
  ['fedora 41', { ends: '2025-12-15', source: FEDORA }],
  ['fedora 42', { ends: '2026-05-13', source: FEDORA }],
  ['sles 12', { ends: '2024-10-31', source: SUSE }],
  ['sles 15', { ends: '2031-07-31', source: SUSE }],
  ['sles 15.3', { ends: '2022-12-31', source: SUSE }],
  ['sles 15.4', { ends: '2023-12-31', source: SUSE }],
  ['sles 15.5', { ends: '2024-12-31', source: SUSE }],
  ['sles 15.6', { ends: '2025-12-31', source: SUSE }],
  ['opensuse-leap 15.4', { ends: '2023-12-07', source: OPENSUSE }],
  ['opensuse-leap 15.5', { ends: '2024-12-31', source: OPENSUSE }],
  ['opensuse-leap 15.6', { ends: '2026-04-30', source: OPENSUSE }],
  ['opensuse-leap 16.0', { ends: '2027-10-31', source: OPENSUSE }],
]);

/** End of public security updates of a platform; undefined where this project has no date (then nothing is assumed). */
export function supportEnd(platform: Platform): SupportEnd | undefined {
  const parts = platform.version.split('.');
  for (let length = parts.length; length > 0; length--) {
    const known = SUPPORT_ENDS.get(`${platform.distribution} ${parts.slice(0, length).join('.')}`);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** True where the platform's public security updates have ended before `now`. */
export function isEndOfLife(platform: Platform, now: Date): boolean {
  const end = supportEnd(platform);
  return end !== undefined && now.getTime() >= Date.parse(`${end.ends}T23:59:59.999Z`);
}
