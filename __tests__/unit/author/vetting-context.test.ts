import { vettingContextOf } from '../../../domain/author/vetting-context';
import { parseConfig } from '../../../domain/config/parse-config';
import { toEstate } from '../../../domain/config/golden-image';
import type { EcosystemId, InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { Target } from '../../../domain/plan/target';
import type { Policy } from '../../../domain/policy/policy';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import type { VettingContext } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import { makePackage, makeTarget } from '../table/samples';

function contextOf(
  targets: readonly Target[],
  packages?: readonly InstalledPackage[],
  policy: Partial<Policy> = {},
  ecosystem: EcosystemId = 'apt',
): VettingContext {
  return vettingContextOf(
    { ecosystem, targets },
    { policy: { ...DEFAULT_POLICY, ...policy }, ...(packages !== undefined && { packages }) },
  );
}
const accepts = (context: VettingContext, command: string, ecosystem: EcosystemId = 'apt'): string[] =>
  vet([command], requireEcosystem(ecosystem), context).refusals.map(({ code }) => code);

const LIBSSL3 = makeTarget({ package: 'libssl3', floor: '3.0.15-1' });
const OPENSSL = [
  makePackage('openssl', '3.0.11-1', { source: 'openssl' }),
  makePackage('libssl3', '3.0.9-1', { source: 'openssl' }),
];

describe('without knowing what is installed', () => {
  it('only the targets may be named', () => {
    const context = contextOf([makeTarget()]);
    expect(context).toEqual({
      targets: [{ package: 'glibc', floor: '2.36-9+deb12u6' }],
      removable: [],
      companions: [],
      moduleStreams: [],
    });
    expect(accepts(context, 'apt-get install -y --only-upgrade libc6')).toEqual(['package-not-in-targets']);
  });

  it('a target that is named by its source as well may be called so', () => {
    const context = contextOf([makeTarget({ package: 'linux-libc-dev', source: 'linux' })]);
    expect(context.targets[0]?.binaries).toEqual(['linux']);
  });

  it('no 64-bit time name is made up', () => {
    expect(contextOf([LIBSSL3]).targets[0]).not.toHaveProperty('replacements');
    expect(accepts(contextOf([LIBSSL3]), 'apt-get install -y libssl3t64')).toEqual(['package-not-in-targets']);
  });
});

describe('where it is known what is installed', () => {
  it('the binaries of a source may be named, and the lowest of their versions counts', () => {
    const packages = [
      makePackage('libc6', '2.36-9+deb12u4', { source: 'glibc', sourceVersion: '2.36-9+deb12u4' }),
      makePackage('libc-bin', '2.36-9+deb12u3', { source: 'glibc', sourceVersion: '2.36-9+deb12u3' }),
      makePackage('bash', '5.2'),
    ];
    const context = contextOf([makeTarget()], packages);
    expect(context.targets).toEqual([
      {
        package: 'glibc',
        floor: '2.36-9+deb12u6',
        installed: '2.36-9+deb12u3',
        binaries: ['libc-bin', 'libc6'],
      },
    ]);
    expect(accepts(context, 'apt-get install -y --only-upgrade libc6 libc-bin')).toEqual([]);
    expect(accepts(context, 'apt-get install -y --only-upgrade bash')).toEqual(['package-not-in-targets']);
  });

  it.each(['apt', 'zypper', 'dnf'] as const)('%s: packages of the same source may be upgraded with a target', (id) => {
    const packages = [...OPENSSL, makePackage('wget', '1.21'), makePackage('libssl-doc', '3', { source: 'docs' })];
    const context = contextOf([{ ...LIBSSL3, ecosystem: id }], packages, { companions: ['wget'] }, id);
    expect([...(context.companions ?? [])].sort()).toEqual(['libssl3', 'openssl', 'wget']);
  });

  it('a companion covers no target', () => {
    const context = contextOf([{ ...LIBSSL3, ecosystem: 'dnf' }], OPENSSL, {}, 'dnf');
    const verdict = vet(['dnf upgrade -y openssl'], requireEcosystem('dnf'), context);
    expect([verdict.verdict, verdict.uncovered]).toEqual(['accepted', ['libssl3']]);
  });

  it('a target that is not installed brings no companions', () => {
    expect(contextOf([LIBSSL3], [makePackage('bash', '5.2')]).companions).toEqual([]);
  });

  it('a version below the installed one is a downgrade, even at the floor', () => {
    const context = contextOf([LIBSSL3], [makePackage('libssl3', '3.0.16-1')]);
    expect(accepts(context, 'apt-get install -y --only-upgrade libssl3=3.0.15-1')).toEqual(['downgrade']);
    expect(accepts(context, 'apt-get install -y --only-upgrade libssl3=3.0.16-1')).toEqual([]);
  });
});

describe('names that packages go by now', () => {
  const T64 = makePackage('libssl3t64', '3.0.14-1', { source: 'openssl' });

  it('the 64-bit time one is taken where it is installed instead', () => {
    const context = contextOf([LIBSSL3], [T64]);
    expect(context.targets[0]?.replacements).toEqual(['libssl3t64']);
    const verdict = vet(['apt-get install -y --only-upgrade libssl3t64'], requireEcosystem('apt'), context);
    expect([verdict.verdict, verdict.uncovered]).toEqual(['accepted', []]);
  });

  it('and not where both are installed, or neither', () => {
    expect(contextOf([LIBSSL3], [T64, ...OPENSSL]).targets[0]).not.toHaveProperty('replacements');
    expect(contextOf([LIBSSL3], [makePackage('bash', '5.2')]).targets[0]).not.toHaveProperty('replacements');
  });

  it('those that policy lists come first, each once', () => {
    const policy = { replacements: { libssl3: ['libssl4', 'libssl3t64'], other: ['x'] } };
    expect(contextOf([LIBSSL3], [T64], policy).targets[0]?.replacements).toEqual(['libssl4', 'libssl3t64']);
    expect(contextOf([LIBSSL3], undefined, policy).targets[0]?.replacements).toEqual(['libssl4', 'libssl3t64']);
  });

  it('one that is policy of another package is none of this one', () => {
    const context = contextOf([LIBSSL3], undefined, { replacements: { other: ['renamed'] } });
    expect(accepts(context, 'apt-get install -y renamed')).toEqual(['package-not-in-targets']);
  });
});

describe.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])('a package called %s', (name) => {
  it('has no replacements that nobody listed', () => {
    for (const packages of [undefined, [makePackage(name, '1')]]) {
      const [target] = contextOf([makeTarget({ package: name })], packages).targets;
      expect(target).toMatchObject({ package: name });
      expect(target).not.toHaveProperty('replacements');
    }
  });

  it('has those that policy lists', () => {
    const replacements = Object.fromEntries([[name, ['renamed']]]);
    const context = contextOf([makeTarget({ package: name })], undefined, { replacements });
    expect(context.targets[0]?.replacements).toEqual(['renamed']);
  });
});

it.each(['constructor', 'toString'])('policy in golden-images.yaml may list replacements of %s', (name) => {
  const config = parseConfig(
    `version: 1
policy: {replacements: {${name}: [renamed]}}
images: [{name: a, repository: golden/a, parent: debian}]
`,
    'golden-images.yaml',
  );
  const [image] = toEstate(config).byRepository.values();
  const target = makeTarget({ package: name });
  expect(vettingContextOf({ ecosystem: 'apt', targets: [target] }, image!).targets[0]?.replacements).toEqual([
    'renamed',
  ]);
});

it('policy for __proto__ is policy for no package', () => {
  const text = `version: 1
policy: {replacements: {__proto__: [renamed]}}
images: [{name: a, repository: golden/a, parent: debian}]
`;
  const [image] = toEstate(parseConfig(text, 'golden-images.yaml')).byRepository.values();
  expect(Object.keys(image?.policy.replacements ?? {})).toEqual([]);
  expect(vettingContextOf({ ecosystem: 'apt', targets: [LIBSSL3] }, image!).targets[0]).not.toHaveProperty(
    'replacements',
  );
});

it.each(['.hidden', '-flag', 'a/b', ''])('policy may not list replacements of %p', (name) => {
  const text = `version: 1
policy: {replacements: {"${name}": [renamed]}}
images: [{name: a, repository: golden/a, parent: debian}]
`;
  expect(() => parseConfig(text, 'golden-images.yaml')).toThrow('golden-images.yaml:2');
});

it('policy and configuration decide on removals, module streams and the release', () => {
  const policy = { ...DEFAULT_POLICY, removable: ['gcc'], moduleStreams: ['nodejs:20'] };
  const context = vettingContextOf({ ecosystem: 'dnf', targets: [makeTarget()] }, { policy, releasever: '2023' });
  expect(context).toMatchObject({ removable: ['gcc'], moduleStreams: ['nodejs:20'], releasever: '2023' });
  expect(vettingContextOf({ ecosystem: 'dnf', targets: [] }, { policy })).not.toHaveProperty('releasever');
});
