import { isKernelPackage } from '../../../domain/platform/kernel-packages';
import { outOfReach } from '../../../domain/platform/fix-reach';
import type { Platform } from '../../../domain/platform/platform';

const AL2: Platform = { distribution: 'amzn', version: '2' };
const AL2023: Platform = { distribution: 'amzn', version: '2023' };
const RHEL8: Platform = { distribution: 'rhel', version: '8.10' };
const CENTOS8: Platform = { distribution: 'centos', version: '8' };
const JAMMY: Platform = { distribution: 'ubuntu', version: '22.04' };
const BOOKWORM: Platform = { distribution: 'debian', version: '12' };

type Case = readonly [what: string, platform: Platform | undefined, name: string, installed: string, floor: string];

const OUT: readonly Case[] = [
  // The example of the AWS CLI's reference: a kernel 4.14 whose fix is published for 5.15.
  ['AL2 kernel of another stream', AL2, 'kernel', '4.14.355-277.643.amzn2', '5.15.189-131.202.amzn2'],
  ['AL2 kernel headers', AL2, 'kernel-headers', '4.14.355-277.643.amzn2', '5.10.240-238.955.amzn2'],
  ['AL2023 kernel of another stream', AL2023, 'kernel', '6.1.112-122.189.amzn2023', '6.12.40-63.114.amzn2023'],
  ['AL2 kernel, an epoch', AL2, 'perf', '1:4.14.1-1', '1:5.4.1-1'],
  ['Ubuntu Pro, +esm', JAMMY, 'git', '1:2.34.1-1ubuntu1.11', '1:2.34.1-1ubuntu1.11+esm1'],
  ['Ubuntu Pro, ~esm', JAMMY, 'libssh', '0.9.6-2build1', '0.9.6-2ubuntu0.22.04.4~esm2'],
  ['Ubuntu Pro, .esm', JAMMY, 'vim', '2:8.2-1ubuntu5', '2:8.2-1ubuntu5.esm3'],
  ['Ubuntu FIPS', JAMMY, 'openssl', '3.0.2-0ubuntu1.18', '3.0.2-0ubuntu1.18+Fips1'],
  ['module fix, installed without', RHEL8, 'perl', '4:5.26.3-420.el8', '4:5.30.1-452.module+el8.4.0+8990'],
  ['fix without module', RHEL8, 'nodejs', '1:16.20.2-1.module+el8.8.0+19898', '1:20.11.1-1.el8'],
  ['node 16 and 18', RHEL8, 'nodejs', '1:16.20.2-1.module+el8.8.0+1', '1:18.20.2-1.module+el8.9.0+2'],
  ['PostgreSQL 10 and 13', RHEL8, 'postgresql-server', '10.23-4.module+el8.9+1', '13.16-1.module+el8.10+2'],
  ['PHP 7.4 and 8.0', CENTOS8, 'php-cli', '7.4.19-2.module_el8.5.0+1', '8.0.13-1.module_el8.6.0+2'],
];

const WITHIN: readonly Case[] = [
  ['the same AL2 stream', AL2, 'kernel', '4.14.343-261.564.amzn2', '4.14.355-277.643.amzn2'],
  ['another package of AL2 with a new minor', AL2, 'curl', '7.88.1-1.amzn2', '8.3.0-1.amzn2.0.6'],
  ['Ubuntu without Pro', JAMMY, 'libc6', '2.35-0ubuntu3.6', '2.35-0ubuntu3.7'],
  ['Ubuntu with Pro in the image', JAMMY, 'git', '1:2.34.1-1ubuntu1.11+esm1', '1:2.34.1-1ubuntu1.11+esm2'],
  ['a name like esm on Debian', BOOKWORM, 'x', '1.0-1', '1.0-1+esm1'],
  ['a word that begins with esm', JAMMY, 'x', '1.0-1', '1.0-1resm1'],
  [
    'npm, whose version is not the stream',
    RHEL8,
    'npm',
    '1:8.19.4-1.18.20.2.1.module+el8.9.0+1',
    '1:10.2.4-1.18.20.2.1.module+el8.9.0+2',
  ],
  ['another package of the module', RHEL8, 'nodejs-nodemon', '2.0.20-2.module+el8.9.0+1', '3.0.1-1.module+el8.9.0+2'],
  ['a pecl package', RHEL8, 'php-pecl-zip', '1.18.2-1.module+el8.9.0+1', '1.19.0-1.module+el8.9.0+2'],
  ['a fix without a release', RHEL8, 'nodejs', '1:16.20.2-1.module+el8.8.0+1', '1:16.20.0'],
  ['macros, which are no kernel', { distribution: 'amzn', version: '2' }, 'kernel-srpm-macros', '1.0-1', '1.1-1'],
  ['the same module stream', RHEL8, 'nodejs', '1:18.19.0-1.module+el8.9.0+1', '1:18.20.2-1.module+el8.9.0+2'],
  ['the same PHP', RHEL8, 'php', '8.0.13-1.module+el8.6.0+1', '8.0.30-1.module+el8.8.0+2'],
  ['a rolling stream', RHEL8, 'podman', '3:4.6.1-4.module+el8.9.0+1', '4:4.9.4-1.module+el8.10.0+2'],
  ['no module at all', RHEL8, 'openssl-libs', '1:1.1.1k-9.el8_7', '1:1.1.1k-12.el8_9'],
  ['nothing known of what is installed', RHEL8, 'perl', '', '4:5.30.1-452.module+el8.4.0+8990'],
  ['nothing known of the platform', undefined, 'git', '1:2.34.1-1ubuntu1', '1:2.34.1-1ubuntu1+esm1'],
  ['modular text on another distribution', BOOKWORM, 'x', '1.0-1', '1.0-1.module+el8'],
];

test.each(OUT)('out of reach: %s', (_what, platform, name, installed, floor) => {
  const found = outOfReach({ package: name, installed, floor }, platform);
  expect(found?.source).toMatch(/^https:\/\//);
  expect(found?.why).toContain(floor.replace(/^.*:/, ''));
});

test.each(WITHIN)('within reach: %s', (_what, platform, name, installed, floor) => {
  expect(outOfReach({ package: name, installed, floor }, platform)).toBeUndefined();
});

test('takes any text in little time', () => {
  const begin = process.hrtime.bigint();
  for (const text of ['.esm'.repeat(50_000), '.module+'.repeat(50_000), '1.'.repeat(100_000), '-'.repeat(200_000)])
    for (const platform of [AL2, RHEL8, JAMMY])
      outOfReach({ package: text, installed: text, floor: `${text}1` }, platform);
  expect(Number(process.hrtime.bigint() - begin) / 1e6).toBeLessThan(500);
});

test.each([
  'linux',
  'linux-libc-dev',
  'linux-headers-6.1.0-1',
  'linux-image-aws',
  'kernel',
  'kernel-headers',
  'kernel6.12',
  'kernel-default',
])('%s is of the kernel', (name) => {
  expect(isKernelPackage(name)).toBe(true);
});

test.each(['util-linux', 'linuxptp', 'selinux', 'linux-pam', 'kernelshark', 'glibc', 'x'.repeat(300)])(
  '%s is not',
  (name) => {
    expect(isKernelPackage(name)).toBe(false);
  },
);
