import type { JudgeContext, Judged } from '../../../domain/policy/judge';
import { judge } from '../../../domain/policy/judge';
import type { RiskException } from '../../../domain/policy/exception';
import { exceptionFor } from '../../../domain/policy/exception';
import { DEFAULT_POLICY, mergePolicies } from '../../../domain/policy/policy';
import { NOW, without } from '../table/samples';

const high: Judged = {
  vulnerabilityId: 'CVE-2024-0001',
  packageManager: 'OS',
  package: 'glibc',
  status: 'ACTIVE',
  severity: 'HIGH',
  installed: '2.36-9+deb12u4',
  floor: '2.36-9+deb12u6',
  exploit: false,
};
const exception: RiskException = {
  vulnerability: 'CVE-2024-0001',
  justification: 'not reachable here',
  expires: '2024-06-30',
};
const context: JudgeContext = {
  image: 'debian-12',
  platform: { distribution: 'debian', version: '12' },
  ecosystem: 'apt',
  policy: DEFAULT_POLICY,
  exceptions: [],
  now: NOW,
};
const OPEN = { state: 'OPEN' };
const parked = (reason: string): unknown => ({ state: 'PARKED', reason });

describe('what is OPEN', () => {
  it.each([
    ['HIGH', {}],
    ['CRITICAL', { severity: 'CRITICAL' }],
    ['UNTRIAGED with an exploit and a fix', { severity: 'UNTRIAGED', exploit: true }],
    ['LOW with the EPSS threshold exactly', { severity: 'LOW', epss: 0.1 }],
    ['INFORMATIONAL with a certain exploitation', { severity: 'INFORMATIONAL', epss: 1 }],
  ] as const)('%s', (_what, overrides) => {
    expect(judge({ ...high, ...overrides }, context)).toEqual(OPEN);
  });

  it('MEDIUM, where the policy says so', () => {
    const policy = { ...DEFAULT_POLICY, minimumSeverity: 'MEDIUM' } as const;
    expect(judge({ ...high, severity: 'MEDIUM' }, { ...context, policy })).toEqual(OPEN);
  });

  it('end of life, where the policy patches it all the same', () => {
    const old = { ...context, platform: { distribution: 'debian', version: '9' } };
    expect(judge(high, old)).toEqual(parked('end-of-life'));
    expect(judge(high, { ...old, policy: { ...DEFAULT_POLICY, patchEndOfLife: true } })).toEqual(OPEN);
  });
});

describe('what is PARKED, and why', () => {
  const cases: readonly (readonly [string, Judged | undefined, JudgeContext])[] = [
    ['no-fix', without(high, 'floor'), context],
    ['below-threshold', { ...high, severity: 'MEDIUM', epss: 0.0999 }, context],
    ['excepted', high, { ...context, exceptions: [exception] }],
    ['language-package', { ...high, packageManager: 'NODEPKG' }, context],
    ['end-of-life', high, { ...context, platform: { distribution: 'centos', version: '6' } }],
    ['unsupported-platform', high, { ...context, platform: undefined, ecosystem: undefined }],
    [
      'fix-out-of-reach',
      { ...high, installed: '1.0-1ubuntu2', floor: '1.0-1ubuntu2+esm1' },
      { ...context, platform: { distribution: 'ubuntu', version: '24.04' } },
    ],
    ['suppressed', { ...high, status: 'SUPPRESSED' }, context],
    ['stale-digest', undefined, context],
  ];

  it.each(cases)('%s', (reason, observed, where) => {
    expect(judge(observed, where)).toEqual(parked(reason));
  });

  it('the first reason of the list is given where several apply', () => {
    const worst: Judged = { ...without(high, 'floor'), severity: 'LOW', packageManager: 'PIP', status: 'SUPPRESSED' };
    const where: JudgeContext = {
      ...context,
      exceptions: [exception],
      platform: { distribution: 'centos', version: '6' },
    };
    const mended: readonly (readonly [string, Partial<Judged>, Partial<JudgeContext>])[] = [
      ['no-fix', {}, {}],
      ['below-threshold', { floor: '1' }, {}],
      ['excepted', { severity: 'HIGH' }, {}],
      ['language-package', {}, { exceptions: [] }],
      ['end-of-life', { packageManager: 'OS' }, {}],
      ['unsupported-platform', {}, { platform: { distribution: 'busybox', version: '1' }, ecosystem: undefined }],
      ['suppressed', {}, { platform: { distribution: 'debian', version: '12' }, ecosystem: 'apt' }],
    ];
    let [observed, around] = [worst, where];
    for (const [reason, fact, surrounding] of mended) {
      observed = { ...observed, ...fact };
      around = { ...around, ...surrounding };
      expect(judge(observed, around)).toEqual(parked(reason));
    }
    expect(judge({ ...observed, status: 'ACTIVE' }, around)).toEqual(OPEN);
  });

  it('CLOSED comes before every reason', () => {
    expect(judge({ ...without(high, 'floor'), status: 'CLOSED' }, { ...context, platform: undefined })).toEqual({
      state: 'CLOSED',
    });
  });
});

describe('exceptions', () => {
  const at = (time: string): unknown => judge(high, { ...context, exceptions: [exception], now: new Date(time) });

  it('hold through their last day, UTC', () => {
    expect(at('2024-06-30T23:59:59.999Z')).toEqual(parked('excepted'));
    expect(at('2024-07-01T00:00:00.000Z')).toEqual(OPEN);
  });

  it.each([
    ['another vulnerability', { vulnerability: 'CVE-2024-0002' }, false],
    ['this package', { package: 'glibc' }, true],
    ['another package', { package: 'krb5' }, false],
    ['this image', { image: 'debian-12' }, true],
    ['another image', { image: 'debian-13' }, false],
    ['this package in another image', { package: 'glibc', image: 'debian-13' }, false],
  ])('for %s', (_what, scope, holds) => {
    expect(judge(high, { ...context, exceptions: [{ ...exception, ...scope }] })).toEqual(
      holds ? parked('excepted') : OPEN,
    );
  });

  it('of several that apply the one that holds longest is named', () => {
    const longer = { ...exception, expires: '2024-12-31', owner: 'security' };
    expect(exceptionFor(high, 'debian-12', [exception, longer, { ...exception, expires: '2024-01-01' }], NOW)).toBe(
      longer,
    );
    expect(exceptionFor(high, 'debian-12', [], NOW)).toBeUndefined();
  });
});

describe('policies laid over each other', () => {
  it('start from the documented defaults', () => {
    expect(mergePolicies()).toEqual(DEFAULT_POLICY);
    expect(DEFAULT_POLICY).toMatchObject({
      mode: 'auto',
      minimumSeverity: 'HIGH',
      minimumEpss: 0.1,
      patchEndOfLife: false,
    });
  });

  it('the later wins key by key; a key without a value counts as absent', () => {
    const merged = mergePolicies({ mode: 'approve', minimumEpss: 0.5 }, undefined, {
      minimumEpss: 0,
      minimumSeverity: undefined,
    });
    expect(merged).toEqual({ ...DEFAULT_POLICY, mode: 'approve', minimumEpss: 0 });
  });
});
