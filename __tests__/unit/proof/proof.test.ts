import { apt } from '../../../domain/ecosystems/apt';
import { dnf } from '../../../domain/ecosystems/dnf';
import type { Ecosystem, InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { parseDocument } from '../../../domain/finding/parse-document';
import type { Target } from '../../../domain/plan/target';
import type { TargetOutcome } from '../../../domain/plan/target-outcome';
import { deriveObservation } from '../../../domain/proof/derive-observation';
import { findDowngrades } from '../../../domain/proof/find-downgrades';
import { binariesOf } from '../../../domain/proof/installed-binaries';
import { judgeTargets } from '../../../domain/proof/judge-targets';
import type { Observation } from '../../../domain/table/finding-item';
import { makeObservation, makePackage, makeTarget, without } from '../table/samples';

/** The two binaries of the source openssl at a version. */
const openssl = (version: string, libssl = version): InstalledPackage[] => [
  makePackage('openssl', version),
  makePackage('libssl3', libssl, { source: 'openssl', sourceVersion: libssl }),
];
const target = makeTarget({ package: 'openssl', floor: '3.0.13-1' });

function outcome(
  of: Target,
  before: InstalledPackage[],
  after: InstalledPackage[],
  ecosystem: Ecosystem = apt,
): TargetOutcome {
  return judgeTargets([of], before, after, ecosystem, new Map([['openssl', 'held']]))[0]!;
}

describe('what became of a target', () => {
  it('fixed: every binary of the source is at or above the floor', () => {
    expect(outcome(target, openssl('3.0.11-1'), openssl('3.0.13-1'))).toEqual({
      package: 'openssl',
      result: 'fixed',
      binaries: [
        { name: 'libssl3', before: '3.0.11-1', after: '3.0.13-1' },
        { name: 'openssl', before: '3.0.11-1', after: '3.0.13-1' },
      ],
    });
  });

  it('residual: one sibling was left behind; the word of the script only explains it', () => {
    expect(outcome(target, openssl('3.0.11-1'), openssl('3.0.13-1', '3.0.11-1'))).toMatchObject({
      result: 'residual',
      reason: 'held',
    });
    const silent = makeTarget({ package: 'krb5', floor: '2' });
    expect(outcome(silent, [makePackage('krb5', '1')], [makePackage('krb5', '1')])).toMatchObject({
      result: 'residual',
      reason: 'below-floor',
    });
  });

  it('already fixed, not installed, and removed', () => {
    expect(outcome(target, openssl('3.0.13-1'), openssl('3.0.14-1')).result).toBe('already-fixed');
    expect(outcome(target, [makePackage('zlib', '1')], [makePackage('zlib', '1')])).toEqual({
      package: 'openssl',
      result: 'not-installed',
      binaries: [],
    });
    expect(outcome(target, openssl('3.0.11-1'), [])).toMatchObject({
      result: 'fixed',
      binaries: [
        { name: 'libssl3', after: '' },
        { name: 'openssl', after: '' },
      ],
    });
  });

  it('a claim of the script never makes a target residual, nor fixed', () => {
    expect(outcome(target, openssl('3.0.11-1'), openssl('3.0.13-1'))).not.toHaveProperty('reason');
  });

  it('one that appears below the floor is residual', () => {
    expect(outcome(target, [], openssl('3.0.11-1')).result).toBe('residual');
  });

  it('a name that is installed twice shows all its versions', () => {
    const twice = [makePackage('openssl', '3.0.11-1'), makePackage('openssl', '3.0.10-1', { arch: 'i386' })];
    expect(outcome(target, twice, openssl('3.0.13-1')).binaries[1]).toEqual({
      name: 'openssl',
      before: '3.0.10-1, 3.0.11-1',
      after: '3.0.13-1',
    });
  });
});

describe('the binaries that a name stands for', () => {
  const kernel = makePackage('linux-libc-dev', '6.1.90-1', { source: 'linux', sourceVersion: '6.1.90-1' });
  const names = (of: Parameters<typeof binariesOf>[0], packages: InstalledPackage[], ecosystem: Ecosystem): string[] =>
    binariesOf(of, packages, ecosystem).map(({ installed, judgedVersion }) => `${installed.name} ${judgedVersion}`);

  it('of Debian: its own and all built from the source of that name, each once, at the version of the source', () => {
    const binary = makePackage('libgcc-s1', '12.2.0-14', { source: 'gcc-12', sourceVersion: '12.2.0-14+s' });
    expect(names({ package: 'gcc-12' }, [makePackage('gcc-12', '1'), binary], apt)).toEqual([
      'gcc-12 1',
      'libgcc-s1 12.2.0-14+s',
    ]);
    expect(names({ package: 'libgcc-s1' }, [binary], apt)).toEqual(['libgcc-s1 12.2.0-14+s']);
    expect(names({ package: 'linux-libc-dev', source: 'linux' }, [kernel], apt)).toEqual(['linux-libc-dev 6.1.90-1']);
  });

  it('of rpm: the source counts only where no binary has the name', () => {
    const libs = makePackage('openssl-libs', '3.0.9-1', { source: 'openssl', sourceVersion: '3.0.9-1' });
    expect(names({ package: 'openssl' }, [makePackage('openssl', '3.0.8-1'), libs], dnf)).toEqual(['openssl 3.0.8-1']);
    expect(names({ package: 'openssl' }, [libs], dnf)).toEqual(['openssl-libs 3.0.9-1']);
  });
});

describe('a binary of Debian that has another version than its source', () => {
  const bsdutils = (version: string): InstalledPackage =>
    makePackage('bsdutils', `1:${version}+b1`, { source: 'util-linux', sourceVersion: version });
  const devmapper = (version: string): InstalledPackage =>
    makePackage('libdevmapper1.02.1', `2:1.02.185-${version}`, { source: 'lvm2', sourceVersion: `2.03.16-${version}` });
  const libldb = (version: string): InstalledPackage =>
    makePackage('libldb2', `2:2.6.2+samba${version}`, { source: 'samba', sourceVersion: `2:${version}` });
  const CASES = [
    ['its epoch', '2.38.1-5+deb12u1', bsdutils('2.38.1-5'), bsdutils('2.38.1-5+deb12u1')],
    ['its epoch and number', '2.03.16-3', devmapper('2'), devmapper('3')],
    ['a lower number', '2:4.17.12+dfsg-2', libldb('4.17.12+dfsg-1'), libldb('4.17.12+dfsg-2')],
  ] as const;

  it.each(CASES)('is fixed when the source is, whatever %s', (_, floor, old, fresh) => {
    const of = makeTarget({ package: old.name, floor });
    expect(outcome(of, [old], [old]).result).toBe('residual');
    expect(outcome(of, [old], [fresh]).result).toBe('fixed');
    expect(outcome(of, [fresh], [fresh]).result).toBe('already-fixed');
    const heir = { ...of, package: 'former', replacedBy: old.name };
    expect(outcome(heir, [old], [old]).result).toBe('residual');
    expect(outcome(heir, [old], [fresh]).result).toBe('fixed');
  });

  it.each(CASES)('is proven gone from an image by the source, whatever %s', (_, floor, old, fresh) => {
    const [found] = parseDocument(
      {
        SchemaVersion: 2,
        CreatedAt: '2024-05-22T15:40:54Z',
        ArtifactName: 'base.tar',
        Metadata: { OS: { Family: 'debian', Name: '12.5' } },
        Results: [
          {
            Class: 'os-pkgs',
            Type: 'debian',
            Vulnerabilities: [
              {
                VulnerabilityID: 'CVE-2024-1',
                PkgName: old.name,
                InstalledVersion: old.version,
                FixedVersion: floor,
                Status: 'fixed',
              },
            ],
          },
        ],
      },
      { name: 'base.json' },
    ).findings;
    expect(found).toMatchObject({ package: old.name, installed: old.version, floor });
    const observed = makeObservation({ floor: found?.floor ?? '', installed: found?.installed ?? '' });
    const derived = (installed: InstalledPackage): Observation =>
      deriveObservation('OS', found?.package ?? '', observed, {
        packages: [installed],
        ecosystem: apt,
        platform: { distribution: 'debian', version: '12' },
      });
    expect(derived(old)).toMatchObject({ status: 'ACTIVE', installed: old.sourceVersion });
    expect(derived(old)).not.toHaveProperty('proof');
    expect(derived(fresh)).toMatchObject({ status: 'CLOSED', proof: 'package-database' });
  });
});

describe('a package that goes by another name now', () => {
  const replaced = { package: 'libssl3', source: 'openssl', replacedBy: 'libssl3t64' };
  const t64 = makePackage('libssl3t64', '1:3.0.13-1', { source: 'openssl', sourceVersion: '3.0.13-1' });
  const judged = (of: Parameters<typeof binariesOf>[0], packages: InstalledPackage[], ecosystem: Ecosystem): string[] =>
    binariesOf(of, packages, ecosystem).map(({ installed, judgedVersion }) => `${installed.name} ${judgedVersion}`);

  it('counts where it is installed, by its own version where there are no source packages, else by its source', () => {
    expect(judged(replaced, [t64, makePackage('openssl', '3.0.13-1')], apt)).toEqual([
      'libssl3t64 3.0.13-1',
      'openssl 3.0.13-1',
    ]);
    expect(judged({ package: 'libssl3', replacedBy: 'libssl3t64' }, [t64], apt)).toEqual(['libssl3t64 3.0.13-1']);
    expect(judged({ package: 'libssl3', replacedBy: 'libssl3t64' }, [t64], dnf)).toEqual(['libssl3t64 1:3.0.13-1']);
    expect(judged({ package: 'libssl3' }, [t64], apt)).toEqual([]);
    expect(judged(replaced, [makePackage('zlib1g', '1')], apt)).toEqual([]);
  });

  it('is judged once, also where both names are installed', () => {
    const both = [makePackage('libssl3', '3.0.13-1', { source: 'openssl' }), t64];
    expect(judged(replaced, both, apt)).toHaveLength(2);
  });

  it('decides whether the target is fixed', () => {
    const of = makeTarget({ package: 'libssl3', floor: '3.0.13-1', replacedBy: 'libssl3t64' });
    const at = (version: string): InstalledPackage[] => [makePackage('libssl3t64', version, { source: 'openssl' })];
    expect(outcome(of, at('3.0.10-1'), at('3.0.13-1')).result).toBe('fixed');
    expect(outcome(of, at('3.0.10-1'), at('3.0.12-1')).result).toBe('residual');
    const old = [makePackage('libssl3', '3.0.10-1', { source: 'openssl' })];
    expect(outcome(of, old, at('3.0.13-1')).result).toBe('fixed');
    expect(outcome(of, old, at('3.0.11-1')).result).toBe('residual');
  });
});

describe('downgrades', () => {
  it('are packages whose newest version went down, one sentence each', () => {
    const before = [
      makePackage('a', '1.10'),
      makePackage('b', '2'),
      makePackage('b', '3', { arch: 'i386' }),
      makePackage('c', '1'),
    ];
    const after = [makePackage('a', '1.9'), makePackage('b', '3'), makePackage('d', '1')];
    expect(findDowngrades(before, after, apt)).toEqual(['package a went down from 1.10 to 1.9']);
  });

  it('go by the order of the ecosystem', () => {
    expect(findDowngrades([makePackage('a', '1.0')], [makePackage('a', '1.0^git1')], dnf)).toEqual([]);
    expect(findDowngrades([makePackage('a', '1:1.0')], [makePackage('a', '2.0')], apt)).toHaveLength(1);
  });
});

describe('what a finding says about another digest', () => {
  const observed = makeObservation();
  const derive = (
    packages: InstalledPackage[],
    of: Observation = observed,
    manager = 'OS',
    name = 'glibc',
  ): Observation =>
    deriveObservation(manager, name, of, {
      packages,
      ecosystem: apt,
      platform: { distribution: 'debian', version: '12' },
    });
  const libc = (version: string): InstalledPackage[] => [makePackage('libc6', version, { source: 'glibc' })];

  it('closed with proof where every binary is at or above the floor; the date is the observation’s', () => {
    expect(derive(libc('2.36-9+deb12u7'))).toMatchObject({
      status: 'CLOSED',
      proof: 'package-database',
      derived: true,
      installed: '2.36-9+deb12u7',
      observedAt: observed.observedAt,
    });
  });

  it('closed with proof where the package is gone, also without a known fix', () => {
    expect(derive([])).toMatchObject({ status: 'CLOSED', proof: 'package-database', installed: observed.installed });
    expect(derive([], without(observed, 'floor'))).toMatchObject({ status: 'CLOSED', proof: 'package-database' });
  });

  it('still there below the floor, at the version that is installed: another fact, and no proof of anything', () => {
    const derived = derive(libc('2.36-9+deb12u5'));
    expect(derived).toMatchObject({
      status: 'ACTIVE',
      installed: '2.36-9+deb12u5',
      floor: observed.floor,
      derived: true,
    });
    expect(derived).not.toHaveProperty('proof');
    expect(derived.semanticHash).not.toBe(observed.semanticHash);
  });

  it('still there where no fix is known', () => {
    expect(derive(libc('99'), without(observed, 'floor')).status).toBe('ACTIVE');
  });

  it('closed by the scanner alone stays without proof, and an older proof is not handed on', () => {
    const closed: Observation = { ...observed, status: 'CLOSED', proof: 'package-database' };
    expect(derive(libc('2.36-9+deb12u5'), closed)).not.toHaveProperty('proof');
  });

  it('the binary linux-libc-dev is what the source linux is proven on', () => {
    const kernel = (version: string): InstalledPackage[] => [
      makePackage('linux-libc-dev', version, { source: 'linux' }),
    ];
    expect(derive(kernel('2.36-9+deb12u6'), observed, 'OS', 'linux').status).toBe('CLOSED');
    expect(derive(kernel('2.36-9+deb12u5'), observed, 'OS', 'linux').status).toBe('ACTIVE');
  });

  it('a suppressed finding stays suppressed where it is not proven to be gone', () => {
    expect(derive(libc('2.36-9+deb12u5'), { ...observed, status: 'SUPPRESSED' }).status).toBe('SUPPRESSED');
  });

  it('a language package is not in that database: same facts, no proof', () => {
    expect(derive([], observed, 'NODEPKG', 'semver')).toEqual({ ...observed, derived: true });
  });
});
