import fc from 'fast-check';
import { higherFloor } from '../../../domain/plan/higher-floor';
import { openFindings } from '../../../domain/plan/open-findings';
import type { PlannableFinding } from '../../../domain/plan/plan';
import { makePlan } from '../../../domain/plan/plan';
import { isAbout } from '../../../domain/plan/target-findings';
import { compareVersions } from '../../../domain/versions';
import { digestOf, makeImage, makeItem, makeObservation, makeTarget } from '../table/samples';

const image = makeImage();
const finding = (vulnerabilityId: string, name: string, floor: string, platform = 'DEBIAN_12'): PlannableFinding => ({
  vulnerabilityId,
  package: name,
  floor,
  platform,
});

describe('folding findings into targets', () => {
  it('takes the highest floor by the order of dpkg, where 10 is more than 9 and a tilde less than nothing', () => {
    const plan = makePlan(image, [
      finding('CVE-1', 'glibc', '2.36-9+deb12u9'),
      finding('CVE-2', 'glibc', '2.36-9+deb12u10'),
      finding('CVE-3', 'glibc', '2.36-9+deb12u10~rc1'),
    ]);
    expect(plan?.targets).toEqual([
      {
        ecosystem: 'apt',
        package: 'glibc',
        floor: '2.36-9+deb12u10',
        action: 'upgrade',
        vulnerabilities: ['CVE-1', 'CVE-2', 'CVE-3'],
      },
    ]);
  });

  it('takes the highest floor by the order of rpm, where an epoch decides', () => {
    const amazon = 'AMAZON_LINUX_2023';
    const plan = makePlan(image, [
      finding('CVE-1', 'openssl', '3.0.8-1.amzn2023.0.12', amazon),
      finding('CVE-2', 'openssl', '1:3.0.8-1.amzn2023.0.9', amazon),
    ]);
    expect([plan?.ecosystem, plan?.targets[0]?.floor]).toEqual(['dnf', '1:3.0.8-1.amzn2023.0.9']);
  });

  it.each(['DEBIAN_12', 'UBUNTU_24_04'])('on %s the source linux is planned as its one binary', (platform) => {
    const plan = makePlan(image, [finding('CVE-1', 'linux', '6.1.90-1', platform)]);
    expect(plan?.targets).toEqual([
      {
        ecosystem: 'apt',
        package: 'linux-libc-dev',
        source: 'linux',
        reportedAs: 'linux',
        floor: '6.1.90-1',
        action: 'upgrade',
        vulnerabilities: ['CVE-1'],
      },
    ]);
    expect(isAbout(plan!.targets[0]!, 'linux') && isAbout(plan!.targets[0]!, 'linux-libc-dev')).toBe(true);
    expect(isAbout(plan!.targets[0]!, 'glibc')).toBe(false);
  });

  it('on Amazon Linux linux is a name like any other', () => {
    expect(makePlan(image, [finding('CVE-1', 'linux', '1-1', 'AMAZON_LINUX_2023')])?.targets[0]?.package).toBe('linux');
  });

  it('folds the source linux and its binary into one target that remembers both names, in either order', () => {
    const both = [finding('CVE-1', 'linux', '6.1.90-1'), finding('CVE-2', 'linux-libc-dev', '6.1.94-1')];
    const plan = makePlan(image, both);
    expect(plan?.targets).toEqual([
      {
        ecosystem: 'apt',
        package: 'linux-libc-dev',
        source: 'linux',
        reportedAs: 'linux',
        floor: '6.1.94-1',
        action: 'upgrade',
        vulnerabilities: ['CVE-1', 'CVE-2'],
      },
    ]);
    expect(makePlan(image, [...both].reverse())).toEqual(plan);
  });

  it('removes what the policy lists as removable', () => {
    const plan = makePlan(makeImage({}, { removable: ['linux-libc-dev'] }), [
      finding('CVE-1', 'linux', '6.1.90-1'),
      finding('CVE-2', 'glibc', '2.36-9'),
    ]);
    expect(plan?.targets.map((target) => [target.package, target.action])).toEqual([
      ['glibc', 'upgrade'],
      ['linux-libc-dev', 'remove'],
    ]);
  });

  it('keeps the targets of the promoted patch, because a build starts from the parent again', () => {
    const carried = [
      makeTarget({ floor: '2.36-9+deb12u7', vulnerabilities: ['CVE-0'] }),
      makeTarget({ package: 'krb5', floor: '1.20-1' }),
    ];
    const plan = makePlan(image, [finding('CVE-9', 'glibc', '2.36-9+deb12u6')], carried);
    expect(plan?.targets.map((target) => [target.package, target.floor, target.vulnerabilities])).toEqual([
      ['glibc', '2.36-9+deb12u7', ['CVE-0', 'CVE-9']],
      ['krb5', '1.20-1', ['CVE-2024-0001']],
    ]);
    expect(makePlan(image, [], [makeTarget()])?.targets).toEqual([makeTarget()]);
  });

  it('keeps source and reported name of a carried target, and drops one of another package manager', () => {
    const carried = [
      makeTarget({ package: 'linux-libc-dev', source: 'linux', reportedAs: 'linux' }),
      makeTarget({ ecosystem: 'dnf', package: 'curl' }),
    ];
    const plan = makePlan(image, [finding('CVE-9', 'glibc', '2.36-9')], carried);
    expect(plan?.targets.map((target) => target.package)).toEqual(['glibc', 'linux-libc-dev']);
    expect(plan?.targets[1]).toMatchObject({ source: 'linux', reportedAs: 'linux' });
  });

  it.each([
    ['nothing is open', makePlan(image, [])],
    ['the platform is not known', makePlan(image, [finding('CVE-1', 'glibc', '1', 'BUSYBOX')])],
    [
      'the base has no package manager',
      makePlan(makeImage({ base: { managers: [], distroless: true } }), [finding('CVE-1', 'glibc', '1', 'DEBIAN_12')]),
    ],
    ['no finding names a platform', makePlan(image, [{ vulnerabilityId: 'CVE-1', package: 'glibc', floor: '1' }])],
  ])('there is no plan where %s', (_when, plan) => {
    expect(plan).toBeUndefined();
  });

  it('the declared platform comes before the one that the scanner says', () => {
    const declared = makeImage({ platform: { distribution: 'amzn', version: '2023' } });
    expect(makePlan(declared, [finding('CVE-1', 'linux', '1-1')])).toMatchObject({
      ecosystem: 'dnf',
      targets: [{ package: 'linux' }],
    });
  });
});

describe('the identity of a plan', () => {
  const base = [finding('CVE-1', 'glibc', '2.36-9'), finding('CVE-2', 'krb5', '1.20-1')];
  const hash = makePlan(image, base)?.planHash;

  it('is a SHA-256 that repetition and further vulnerabilities at the same floor leave alone', () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(makePlan(image, [...base, ...base])?.planHash).toBe(hash);
    expect(makePlan(image, [...base, finding('CVE-3', 'glibc', '2.36-8')])?.planHash).toBe(hash);
  });

  it.each([
    ['another image', makePlan(makeImage({ name: 'other' }), base)],
    ['a higher floor', makePlan(image, [...base, finding('CVE-3', 'glibc', '2.36-10')])],
    ['one more package', makePlan(image, [...base, finding('CVE-3', 'zlib', '1')])],
    ['another action', makePlan(makeImage({}, { removable: ['krb5'] }), base)],
    ['another release', makePlan(makeImage({ releasever: '2023.5.20240819' }), base)],
    ['another mode', makePlan(image, base, [], 'approve')],
    ['another mode of the policy', makePlan(makeImage({}, { mode: 'observe' }), base)],
  ])('differs for %s', (_what, other) => {
    expect(other?.planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(other?.planHash).not.toBe(hash);
  });

  it('does not depend on the order of the findings', () => {
    const names = fc.constantFrom('glibc', 'krb5', 'linux', 'linux-libc-dev', 'zlib');
    const floors = fc.constantFrom('1.0-1', '1.0-01', '1.0-2', '1.0-10', '1:0.1-1', '1.0~rc1-1', '0:1.0-2');
    const one = fc
      .tuple(fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3'), names, floors)
      .map(([id, name, floor]) => finding(id, name, floor));
    fc.assert(
      fc.property(
        fc
          .array(one, { minLength: 1, maxLength: 8 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(makePlan(image, shuffled)?.planHash).toBe(makePlan(image, all)?.planHash);
        },
      ),
    );
  });
});

it('the higher of two floors is commutative, associative and never the lower one', () => {
  const version = fc.constantFrom(
    '1.0-1',
    '1.0-01',
    '0:1.0-1',
    '1.0-2',
    '2:0.1-1',
    '1.0~rc1-1',
    '1.0^git1-1',
    '1.0-10',
  );
  fc.assert(
    fc.property(fc.constantFrom('deb' as const, 'rpm' as const), version, version, version, (order, a, b, c) => {
      const high = higherFloor(order, a, b);
      expect(higherFloor(order, b, a)).toBe(high);
      expect(higherFloor(order, high, c)).toBe(higherFloor(order, a, higherFloor(order, b, c)));
      expect(compareVersions(order, high, a)).not.toBe(-1);
      expect(compareVersions(order, high, b)).not.toBe(-1);
    }),
  );
});

describe('findings that a plan is for', () => {
  const residual = makeItem({ state: 'RESIDUAL', reason: 'held', package: 'krb5', vulnerabilityId: 'CVE-2' });
  const plannable = {
    vulnerabilityId: 'CVE-2024-0001',
    package: 'glibc',
    floor: '2.36-9+deb12u6',
    platform: 'DEBIAN_12',
  };

  it('are the open ones, and with them the residual ones', () => {
    expect(
      openFindings([
        makeItem(),
        makeItem({ state: 'PARKED', reason: 'no-fix' }),
        makeItem({ state: 'FIXED' }),
        residual,
      ]),
    ).toEqual([plannable, { ...plannable, package: 'krb5', vulnerabilityId: 'CVE-2' }]);
  });

  it('are none where only residual ones are left: another build alone would go on for ever', () => {
    expect(openFindings([residual, makeItem({ state: 'CLOSED' })])).toEqual([]);
  });

  it('take their floor from the digest that they were judged on', () => {
    const observations = { [digestOf('a')]: makeObservation(), [digestOf('b')]: makeObservation({ floor: '9' }) };
    expect(openFindings([makeItem({ observations })])).toEqual([plannable]);
    expect(openFindings([makeItem({ observations, judgedOn: digestOf('c') })])).toEqual([]);
  });
});
