import { parsePlatform } from '../../../domain/platform/platform';
import { imagePurl, packagePurl } from '../../../domain/vex/package-urls';
import { digestOf, makeImage } from '../table/samples';

const image = makeImage();

describe('package URL of an image', () => {
  test('has the digest as its version, and no tag', () => {
    const reference = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/golden/debian-12:stable';
    expect(imagePurl(image, digestOf('a'), reference)).toBe(
      `pkg:oci/debian-12@sha256%3A${'a'.repeat(64)}?arch=amd64&repository_url=123456789012.dkr.ecr.eu-central-1.amazonaws.com%2Fgolden%2Fdebian-12`,
    );
  });

  test('goes without a registry where none is known', () => {
    expect(imagePurl(makeImage({ architecture: 'arm64' }), digestOf('b'), undefined)).toBe(
      `pkg:oci/debian-12@sha256%3A${'b'.repeat(64)}?arch=arm64`,
    );
  });
});

describe('package URL of a package', () => {
  const cases: readonly (readonly [string, string, string, string | undefined, string])[] = [
    ['glibc', '2.36-9+deb12u6', 'OS', 'DEBIAN_12', 'pkg:deb/debian/glibc@2.36-9%2Bdeb12u6'],
    ['git', '1:2.39.5-0ubuntu1~22.04', 'OS', 'UBUNTU_22_04', 'pkg:deb/ubuntu/git@1%3A2.39.5-0ubuntu1~22.04'],
    ['busybox', '1.36.1-r5', 'OS', 'ALPINE_LINUX_3_18', 'pkg:apk/alpine/busybox@1.36.1-r5'],
    ['curl', '8.5.0-1.amzn2023.0.4', 'OS', 'AMAZON_LINUX_2023', 'pkg:rpm/amzn/curl@8.5.0-1.amzn2023.0.4'],
    [
      'openssl-libs',
      '1:3.0.8-1.amzn2023',
      'OS',
      'AMAZON_LINUX_2023',
      'pkg:rpm/amzn/openssl-libs@3.0.8-1.amzn2023?epoch=1',
    ],
    ['libopenssl3', '', 'OS', 'SUSE_LINUX_ENTERPRISE_SERVER_15_7', 'pkg:rpm/sles/libopenssl3'],
    ['glibc', '2.36', 'OS', undefined, 'pkg:generic/glibc@2.36'],
    ['@babel/core', '7.1.0', 'NODEPKG', 'DEBIAN_12', 'pkg:npm/%40babel/core@7.1.0'],
    [
      'org.apache.logging.log4j:log4j-core',
      '2.14',
      'JAR',
      'DEBIAN_12',
      'pkg:maven/org.apache.logging.log4j/log4j-core@2.14',
    ],
    ['Jinja_2', '3.0', 'PYTHONPKG', 'DEBIAN_12', 'pkg:pypi/jinja-2@3.0'],
    ['github.com/golang/net', 'v0.1.0', 'GOBINARY', undefined, 'pkg:golang/github.com/golang/net@v0.1.0'],
    ['some thing', '1', 'GENERIC', 'DEBIAN_12', 'pkg:generic/some%20thing@1'],
  ];
  test.each(cases)('%s %s of %s on %s', (name, version, manager, platform, purl) => {
    expect(packagePurl({ name, version }, manager, image, platform)).toBe(purl);
  });

  test('takes the configured platform before the observed one', () => {
    const platform = parsePlatform('ALPINE_LINUX_3_22');
    const configured = makeImage({ ...(platform !== undefined && { platform }) });
    expect(packagePurl({ name: 'zlib', version: '1.3-r0' }, 'OS', configured, 'DEBIAN_12')).toBe(
      'pkg:apk/alpine/zlib@1.3-r0',
    );
  });
});
