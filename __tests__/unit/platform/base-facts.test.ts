import type { GoldenImage } from '../../../domain/config/golden-image';
import { ecosystemIdFor, platformOf, undeclaredImage } from '../../../domain/config/golden-image';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';
import type { BaseFacts } from '../../../domain/platform/base-facts';
import { ecosystemOfBase } from '../../../domain/platform/base-facts';
import { parsePlatform } from '../../../domain/platform/platform';

const facts = (...managers: EcosystemId[]): BaseFacts => ({ managers, distroless: false });

describe('the package manager of a base', () => {
  it.each([
    ['RHEL_8', ['dnf', 'yum'], 'dnf'],
    ['RHEL_9', ['microdnf'], 'microdnf'],
    ['AMAZON_LINUX_2023', ['microdnf'], 'microdnf'],
    ['AMAZON_LINUX_2', ['yum'], 'yum'],
    ['CENTOS_7', ['yum'], 'yum'],
    ['CENTOS_7', ['dnf', 'yum'], 'yum'],
    ['RHEL_8', ['yum'], 'yum'],
    ['RHEL_7', ['dnf', 'microdnf'], 'dnf'],
    ['RHEL_9', ['microdnf', 'yum'], 'microdnf'],
    ['DEBIAN_12', ['apt', 'dnf'], 'apt'],
    ['AMAZON_LINUX_2023', ['apt', 'dnf'], 'dnf'],
    ['ALPINE_LINUX_3_18', ['apk'], 'apk'],
    ['SLES_15_7', ['zypper'], 'zypper'],
    ['PHOTON_OS_5', ['dnf'], 'dnf'],
    [undefined, ['microdnf'], 'microdnf'],
    [undefined, ['apt', 'dnf'], undefined],
    [undefined, ['dnf', 'yum'], 'dnf'],
    ['DEBIAN_12', ['dnf'], undefined],
    ['DEBIAN_12', [], undefined],
    [undefined, [], undefined],
  ] as const)('%s with %j is %s', (platform, managers, expected) => {
    expect(ecosystemOfBase(facts(...managers), parsePlatform(platform))).toBe(expected);
  });
});

describe('the ecosystem of an image', () => {
  const image: GoldenImage = undeclaredImage('golden/ubi');

  it('is the configured one, else that of the base, else that of the platform', () => {
    expect(ecosystemIdFor(image, 'RHEL_9')).toBe('dnf');
    expect(ecosystemIdFor({ ...image, base: facts('microdnf') }, 'RHEL_9')).toBe('microdnf');
    expect(ecosystemIdFor({ ...image, base: facts('microdnf'), ecosystem: 'yum' }, 'RHEL_9')).toBe('yum');
    expect(ecosystemIdFor({ ...image, base: { managers: [], distroless: true } }, 'DEBIAN_12')).toBeUndefined();
  });

  it('its platform is the configured one, else the scanner’s, else that of the base', () => {
    const alpine = { distribution: 'alpine', version: '3.18' };
    const base = { ...facts('apk'), platform: alpine };
    expect(platformOf({ ...image, base }, undefined)).toEqual(alpine);
    expect(platformOf({ ...image, base }, 'DEBIAN_12')).toEqual({ distribution: 'debian', version: '12' });
    expect(platformOf({ ...image, base, platform: { distribution: 'wolfi', version: '' } }, 'DEBIAN_12')).toEqual({
      distribution: 'wolfi',
      version: '',
    });
  });
});
