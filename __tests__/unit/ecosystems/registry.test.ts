import { ecosystemOf, implementedEcosystems } from '../../../domain/ecosystems';
import { ECOSYSTEM_IDS } from '../../../domain/ecosystems/ecosystem';

describe('registry', () => {
  test('has every known ecosystem, in the order in which they are shown', () => {
    expect(implementedEcosystems.map((one) => one.id)).toEqual(['apt', 'apk', 'dnf', 'yum', 'microdnf', 'zypper']);
    expect(ECOSYSTEM_IDS.filter((id) => ecosystemOf(id) === undefined)).toEqual([]);
    for (const one of implementedEcosystems) expect(ecosystemOf(one.id)).toBe(one);
  });

  test.each([
    ['apt', ['g++', 'libc6', '0ad', 'a.b-c'], ['a', 'G++', '-a', '+a', 'a_b', 'a:b', 'a/b', '']],
    [
      'apk',
      ['g++', 'libssl3', 'py3-pip', 'a', 'a_b', 'R'],
      ['.build-deps', '-a', '+a', 'a:b', 'so:libc.so', 'a@b', ''],
    ],
    ['zypper', ['a', 'libopenssl3', 'python3.11', 'a_b'], ['-a', '.a', '!a', 'a:b', 'a/b', 'a b', 'a*', '']],
    ['dnf', ['a', 'NetworkManager', 'libstdc++', 'python3.11', 'a_b'], ['-a', '.a', 'a:b', 'a/b', 'a b', 'a*', '']],
  ] as const)('%s package names', (id, good, bad) => {
    const ecosystem = ecosystemOf(id)!;
    expect(good.filter((name) => !ecosystem.isPackageName(name))).toEqual([]);
    expect(bad.filter((name) => ecosystem.isPackageName(name))).toEqual([]);
    expect([256, 257].map((length) => ecosystem.isPackageName('a'.repeat(length)))).toEqual([true, false]);
  });

  test('rules propose commands in the idiom of each', () => {
    expect(ecosystemOf('apt')!.proposeCommands(['openssl', 'curl'], [])).toEqual([
      'apt-get update',
      'apt-get install -y --only-upgrade --no-install-recommends openssl curl',
      'apt-get clean',
      'rm -rf /var/lib/apt/lists/*',
    ]);
    expect(ecosystemOf('apk')!.proposeCommands(['openssl'], ['wget'])).toEqual([
      'apk upgrade --no-cache openssl',
      'apk del --no-cache wget',
    ]);
    expect(ecosystemOf('zypper')!.proposeCommands(['curl'], ['vim-small'])).toEqual([
      'zypper --non-interactive refresh',
      'zypper --non-interactive update --no-recommends curl',
      'zypper --non-interactive remove vim-small',
      'zypper clean --all',
    ]);
    expect(ecosystemOf('dnf')!.proposeCommands(['openssl'], [])).toEqual([
      'dnf upgrade -y --refresh --setopt=install_weak_deps=False openssl',
      'dnf clean all',
    ]);
  });
});
