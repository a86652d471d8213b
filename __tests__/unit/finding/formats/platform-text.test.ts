import { isDistribution, platformText } from '../../../../domain/finding/formats/platform-text';
import { parsePlatform } from '../../../../domain/platform/platform';

describe('an operating system in words', () => {
  it.each([
    ['Debian GNU/Linux', '12', 'DEBIAN_12', 'debian', '12'],
    ['debian', '12.5', 'DEBIAN_12', 'debian', '12'],
    ['debian', 'trixie/sid', 'DEBIAN', 'debian', ''],
    ['Ubuntu', '22.04', 'UBUNTU_22_04', 'ubuntu', '22.04'],
    ['Alpine Linux', '3.18.2', 'ALPINE_LINUX_3_18', 'alpine', '3.18'],
    ['alpine', '3.21_alpha20240923', 'ALPINE_LINUX', 'alpine', ''],
    ['Amazon Linux', '2023', 'AMAZON_LINUX_2023', 'amzn', '2023'],
    ['amazon', '2023.4.20240611 (Amazon Linux)', 'AMAZON_LINUX_2023', 'amzn', '2023'],
    ['amazon', '2 (Karoo)', 'AMAZON_LINUX_2', 'amzn', '2'],
    ['amazon', 'AMI release 2018.03', 'AMAZON_LINUX_2018', 'amzn', '2018'],
    ['redhat', '8.10', 'RED_HAT_ENTERPRISE_LINUX_8', 'rhel', '8'],
    ['rocky', '9.3', 'ROCKY_LINUX_9', 'rocky', '9'],
    ['alma', '9.3', 'ALMA_LINUX_9', 'almalinux', '9'],
    ['oracle', '8.9', 'ORACLE_LINUX_8', 'ol', '8'],
    ['centos', '7.9.2009', 'CENTOS_7', 'centos', '7'],
    ['suse linux enterprise server', '15.5', 'SUSE_LINUX_ENTERPRISE_SERVER_15_5', 'sles', '15.5'],
    ['opensuse.leap', '15.5', 'OPENSUSE_LEAP_15_5', 'opensuse-leap', '15.5'],
  ])('%s %s is %s', (name, version, text, distribution, release) => {
    expect(platformText(name, version)).toBe(text);
    expect(parsePlatform(text)).toEqual({ distribution, version: release });
    expect(isDistribution(name)).toBe(true);
  });

  it('keeps what it does not know, which is no platform that can be patched', () => {
    expect(platformText('Slackware Linux', '15.0')).toBe('SLACKWARE_LINUX_15_0');
    expect(parsePlatform('SLACKWARE_LINUX_15_0')).toBeUndefined();
    expect(platformText('', '12')).toBeUndefined();
    expect(platformText(undefined, undefined)).toBeUndefined();
    expect(isDistribution('gobinary')).toBe(false);
  });
});
