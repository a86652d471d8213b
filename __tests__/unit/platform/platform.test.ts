import { isEndOfLife, supportEnd } from '../../../domain/platform/end-of-life';
import { ecosystemIdOf, parseOsRelease, parsePlatform } from '../../../domain/platform/platform';

describe("Inspector's platform strings", () => {
  it.each([
    ['DEBIAN_12', 'debian', '12', 'apt'],
    ['UBUNTU_24_04', 'ubuntu', '24.04', 'apt'],
    ['AMAZON_LINUX_2', 'amzn', '2', 'yum'],
    ['AMAZON_LINUX_2023', 'amzn', '2023', 'dnf'],
    ['ALPINE_LINUX_3_18', 'alpine', '3.18', 'apk'],
    ['CENTOS_7', 'centos', '7', 'yum'],
    ['CENTOS_8', 'centos', '8', 'dnf'],
    ['RED_HAT_ENTERPRISE_LINUX_9', 'rhel', '9', 'dnf'],
    ['RHEL_8', 'rhel', '8', 'dnf'],
    ['ROCKY_LINUX_9', 'rocky', '9', 'dnf'],
    ['ALMALINUX_9', 'almalinux', '9', 'dnf'],
    ['ORACLE_LINUX_8', 'ol', '8', 'dnf'],
    ['FEDORA_43', 'fedora', '43', 'dnf'],
    ['SUSE_LINUX_ENTERPRISE_SERVER_15_7', 'sles', '15.7', 'zypper'],
    ['WOLFI', 'wolfi', '', 'apk'],
    ['debian 12', 'debian', '12', 'apt'],
    ['Debian-12', 'debian', '12', 'apt'],
  ])('%s', (text, distribution, version, ecosystem) => {
    const platform = parsePlatform(text);
    expect(platform).toEqual({ distribution, version });
    expect(ecosystemIdOf(platform)).toBe(ecosystem);
  });

  it.each([[undefined], [''], ['WINDOWS_SERVER_2022'], ['DEBIANISH_12'], ['DEBIAN_12; reboot'], ['12']])(
    '%p is none that is known',
    (text) => {
      expect(parsePlatform(text)).toBeUndefined();
      expect(ecosystemIdOf(parsePlatform(text))).toBeUndefined();
    },
  );

  it.each(['PHOTON_OS_5', 'BUSYBOX', 'AZURE_LINUX_3'])('%s is known, but not its package manager', (text) => {
    expect(parsePlatform(text)).toBeDefined();
    expect(ecosystemIdOf(parsePlatform(text))).toBeUndefined();
  });
});

describe('os-release(5)', () => {
  it.each([
    ['ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'debian', '12'],
    ["NAME='Amazon Linux'\nID='amzn'\nVERSION_ID='2023'\nID_LIKE='fedora'", 'amzn', '2023'],
    ['# comment\r\nID=alpine\r\nVERSION_ID=3.18.2\r\n', 'alpine', '3.18.2'],
    ['ID=debian\n', 'debian', ''],
    ['ID=fedora\nID=debian\nVERSION_ID=12', 'debian', '12'],
  ])('%j', (text, distribution, version) => {
    expect(parseOsRelease(text)).toEqual({ distribution, version });
  });

  it.each(['', 'VERSION_ID=12', 'ID=', 'ID="debian', 'ID="debian\'', 'ID=$(reboot)', '\0'])(
    '%j names no distribution',
    (text) => {
      expect(parseOsRelease(text)).toBeUndefined();
    },
  );
});

describe('end of public support', () => {
  const at = (time: string): Date => new Date(time);

  it.each([
    ['debian', '10', '2024-06-30'],
    ['debian', '11', '2026-08-31'],
    ['debian', '12', '2028-06-30'],
    ['ubuntu', '20.04', '2025-05-31'],
    ['centos', '8', '2021-12-31'],
    ['amzn', '2', '2026-06-30'],
    ['amzn', '2018.03', '2023-12-31'],
    ['alpine', '3.18.2', '2025-05-09'],
    ['rhel', '9.4', '2032-05-31'],
  ])('%s %s has it until the end of %s, UTC', (distribution, version, ends) => {
    const platform = { distribution, version };
    expect(supportEnd(platform)?.ends).toBe(ends);
    expect(supportEnd(platform)?.source).toMatch(/^https:\/\//);
    expect(isEndOfLife(platform, at(`${ends}T23:59:59.000Z`))).toBe(false);
    expect(isEndOfLife(platform, new Date(Date.parse(`${ends}T00:00:00Z`) + 86_400_000))).toBe(true);
  });

  it('is not invented for releases without a date', () => {
    for (const [distribution, version] of [
      ['debian', '99'],
      ['debian', ''],
      ['wolfi', ''],
      ['ubuntu', '1'],
      ['alpine', '3.1'],
    ] as const) {
      expect(supportEnd({ distribution, version })).toBeUndefined();
      expect(isEndOfLife({ distribution, version }, at('2999-01-01T00:00:00Z'))).toBe(false);
    }
  });
});
