import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { Finding } from '../../../domain/finding/finding';
import type { Policy } from '../../../domain/policy/policy';
import { digestOf, makeFinding, makeImage, makePackage } from '../../unit/table/samples';
import type { Estates, Situation } from './world';

/** A target: package, floor, and what the scanner found installed. */
type Wanted = readonly [name: string, floor: string, installed: string];

/** An installed binary: name, version, source. */
type Installed = readonly [name: string, version: string, source: string];

function situation(
  name: string,
  platform: string,
  policy: Partial<Policy>,
  wanted: readonly Wanted[],
  installed: readonly Installed[],
  ecosystem?: 'microdnf',
): Situation {
  const image = makeImage(
    { name, repository: `golden/${name}`, ...(ecosystem !== undefined && { ecosystem }) },
    policy,
  );
  const findings = wanted.map(([pkg, floor, version], index): Finding =>
    makeFinding({
      repository: image.repository,
      digest: digestOf('a'),
      platform,
      package: pkg,
      floor,
      installed: version,
      vulnerabilityId: `CVE-2024-${String(1000 + index)}`,
    }),
  );
  const packages = installed.map(([binary, version, source]): InstalledPackage =>
    makePackage(binary, version, { source, sourceVersion: version }),
  );
  return { image, findings, packages };
}

/** One image per ecosystem, each with targets, strangers, and something that policy lets go. */
export const ESTATES: Estates = {
  apt: situation(
    'debian-12',
    'DEBIAN_12',
    { removable: ['linux-libc-dev', 'gcc-12'], companions: ['ca-certificates'] },
    [
      ['openssl', '3.0.11-1~deb12u2', '3.0.11-1~deb12u1'],
      ['curl', '7.88.1-10+deb12u5', '7.88.1-10+deb12u4'],
      ['linux', '6.1.67-1', '6.1.66-1'],
    ],
    [
      ['openssl', '3.0.11-1~deb12u1', 'openssl'],
      ['libssl3', '3.0.11-1~deb12u1', 'openssl'],
      ['curl', '7.88.1-10+deb12u4', 'curl'],
      ['libcurl4', '7.88.1-10+deb12u4', 'curl'],
      ['linux-libc-dev', '6.1.66-1', 'linux'],
      ['ca-certificates', '20230311', 'ca-certificates'],
      ['dpkg', '1.21.22', 'dpkg'],
      ['coreutils', '9.1-1', 'coreutils'],
    ],
  ),
  apk: situation(
    'alpine-3.19',
    'ALPINE_3_19',
    { removable: ['linux-headers'] },
    [
      ['openssl', '3.1.4-r6', '3.1.4-r5'],
      ['busybox', '1.36.1-r16', '1.36.1-r15'],
    ],
    [
      ['libssl3', '3.1.4-r5', 'openssl'],
      ['libcrypto3', '3.1.4-r5', 'openssl'],
      ['busybox', '1.36.1-r15', 'busybox'],
      ['ssl_client', '1.36.1-r15', 'busybox'],
      ['apk-tools', '2.14.0-r5', 'apk-tools'],
    ],
  ),
  dnf: situation(
    'al2023',
    'AMAZON_LINUX_2023',
    { removable: ['vim-minimal'], moduleStreams: ['nodejs:20'] },
    [
      ['openssl-libs', '1:3.0.8-1.amzn2023.0.12', '1:3.0.8-1.amzn2023.0.11'],
      ['curl-minimal', '8.5.0-1.amzn2023.0.4', '8.5.0-1.amzn2023.0.3'],
    ],
    [
      ['openssl-libs', '1:3.0.8-1.amzn2023.0.11', 'openssl'],
      ['curl-minimal', '8.5.0-1.amzn2023.0.3', 'curl'],
      ['libcurl-minimal', '8.5.0-1.amzn2023.0.3', 'curl'],
      ['rpm', '4.16.1.3-29.amzn2023.0.6', 'rpm'],
    ],
  ),
  yum: situation(
    'al2',
    'AMAZON_LINUX_2',
    {},
    [
      ['openssl-libs', '1:1.0.2k-24.amzn2.0.12', '1:1.0.2k-24.amzn2.0.11'],
      ['libxml2', '2.9.1-6.amzn2.5.13', '2.9.1-6.amzn2.5.12'],
    ],
    [
      ['openssl-libs', '1:1.0.2k-24.amzn2.0.11', 'openssl'],
      ['libxml2', '2.9.1-6.amzn2.5.12', 'libxml2'],
      ['yum', '3.4.3-158.amzn2.0.7', 'yum'],
    ],
  ),
  microdnf: situation(
    'ubi9-minimal',
    'RHEL_9',
    { removable: ['gnupg2'], moduleStreams: ['nodejs:20'] },
    [
      ['openssl-libs', '1:3.0.7-27.el9', '1:3.0.7-25.el9_3'],
      ['glibc', '2.34-100.el9_4.2', '2.34-100.el9'],
    ],
    [
      ['openssl-libs', '1:3.0.7-25.el9_3', 'openssl'],
      ['glibc', '2.34-100.el9', 'glibc'],
      ['glibc-common', '2.34-100.el9', 'glibc'],
      ['bash', '5.1.8-9.el9', 'bash'],
    ],
    'microdnf',
  ),
  zypper: situation(
    'sles-15',
    'SUSE_SERVER_15_5',
    { removable: ['vim-small'] },
    [['curl', '8.0.1-150400.5.41.1', '8.0.1-150400.5.36.1']],
    [
      ['curl', '8.0.1-150400.5.36.1', 'curl'],
      ['libcurl4', '8.0.1-150400.5.36.1', 'curl'],
      ['glibc', '2.31-150300.63.1', 'glibc'],
    ],
  ),
};
