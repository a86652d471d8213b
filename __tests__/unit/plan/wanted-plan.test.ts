import fc from 'fast-check';
import { covers } from '../../../domain/plan/covers';
import type { Target } from '../../../domain/plan/target';
import { isStale, promotedPatch, wantedPlan } from '../../../domain/plan/wanted-plan';
import type { HeadItem } from '../../../domain/table/head-item';
import { digestOf, makeImage, makeItem, makeObservation, makePatch, makeTarget } from '../table/samples';

const target = (name: string, floor: string, overrides: Partial<Target> = {}): Target =>
  makeTarget({ package: name, floor, ...overrides });

describe('a plan covers another', () => {
  it.each<[string, readonly Target[], readonly Target[], boolean]>([
    ['the same', [target('a', '1')], [target('a', '1')], true],
    ['none at all', [], [], true],
    ['one of several', [target('a', '1'), target('b', '1')], [target('b', '1')], true],
    ['one that is not there', [target('a', '1')], [target('b', '1')], false],
    ['a lower floor, by the order of versions', [target('a', '1.10')], [target('a', '1.9')], true],
    ['a higher floor', [target('a', '1.9')], [target('a', '1.10')], false],
    ['a floor written otherwise', [target('a', '0:1.0')], [target('a', '1.0')], true],
    ['another action', [target('a', '1')], [target('a', '1', { action: 'remove' })], false],
    ['another ecosystem', [target('a', '1')], [target('a', '1', { ecosystem: 'dnf' })], false],
    ['other vulnerabilities', [target('a', '1')], [target('a', '1', { vulnerabilities: ['CVE-9'] })], true],
  ])('%s', (_what, wide, narrow, covered) => {
    expect(covers(wide, narrow)).toBe(covered);
  });

  it('always one with fewer targets or lower floors, and never one with more', () => {
    const targets = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), floor: fc.nat(50) }), {
      selector: ({ name }) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(targets, fc.nat(3), (chosen, at) => {
        const wide = chosen.map(({ name, floor }) => target(name, `1.${floor + 1}`));
        const [one] = [wide[at % wide.length]!];
        const fewer = wide.filter((other) => other !== one);
        const lower = wide.map((other) => (other === one ? { ...one, floor: '1.0' } : other));
        expect([covers(wide, fewer), covers(wide, lower), covers(fewer, wide), covers(lower, wide)]).toEqual([
          ...[true, true, false, false],
        ]);
      }),
    );
  });
});

describe('what an image’s findings ask for', () => {
  const promoted = makePatch({
    state: 'PROMOTED',
    targets: [target('glibc', '1'), target('krb5', '1'), target('curl', '1')],
    outcomes: [{ package: 'curl', result: 'already-fixed', binaries: [], inParent: true }],
  });
  const fixed = (name: string, floor: string) => {
    const observations = { [digestOf('a')]: { ...makeObservation({ floor, status: 'CLOSED' }), proof } };
    return makeItem({ package: name, state: 'FIXED', observations });
  };
  const proof = 'package-database' as const;
  const open = makeItem({ package: 'zlib', observations: { [digestOf('a')]: makeObservation({ floor: '3' }) } });
  const floors = (...args: Parameters<typeof wantedPlan>) =>
    wantedPlan(...args)?.targets.map((one) => `${one.package} ${one.floor}`);

  it('is nothing where nothing is open, whatever was promoted', () => {
    expect(wantedPlan(makeImage(), [fixed('glibc', '2')], promoted)).toBeUndefined();
    expect(isStale(promoted, undefined)).toBe(true);
  });

  it('is what is open, and what was promoted: with the floors that it has fixed, without what the parent has', () => {
    const findings = [open, fixed('glibc', '2'), fixed('other', '9')];
    expect(floors(makeImage(), findings, promoted)).toEqual(['glibc 2', 'krb5 1', 'zlib 3']);
    expect(floors(makeImage(), findings, undefined)).toEqual(['zlib 3']);
  });

  it('makes a patch stale that does more, and not one that does less', () => {
    const plan = wantedPlan(makeImage(), [open], undefined);
    expect(isStale({ targets: [target('zlib', '2')] }, plan)).toBe(false);
    expect(isStale({ targets: [target('zlib', '3'), target('glibc', '1')] }, plan)).toBe(true);
  });

  it('never makes a rebuild stale: it was asked for by itself', () => {
    expect(isStale({ targets: [target('glibc', '1')], rebuild: true }, undefined)).toBe(false);
    expect(
      isStale({ targets: [target('glibc', '9')], rebuild: true }, wantedPlan(makeImage(), [open], undefined)),
    ).toBe(false);
  });

  it('has the mode of its worst open finding; what is residual or fixed has no say', () => {
    const at = (severity: 'CRITICAL' | 'HIGH', state: 'OPEN' | 'RESIDUAL') =>
      makeItem({ package: severity, state, observations: { [digestOf('a')]: makeObservation({ severity }) } });
    const image = makeImage({}, { modeBySeverity: { CRITICAL: 'auto', HIGH: 'observe' } });
    const mode = (...findings: Parameters<typeof wantedPlan>[1]) => wantedPlan(image, findings, undefined)?.mode;
    expect(mode(at('HIGH', 'OPEN'), at('CRITICAL', 'OPEN'))).toBe('auto');
    expect(mode(at('HIGH', 'OPEN'), at('CRITICAL', 'RESIDUAL'))).toBe('observe');
  });

  it('goes by the patch whose promotion ends just now, before HEAD does', () => {
    const head = { promoted: { patch: 1 }, lease: { patch: 2 } } as HeadItem;
    const [one, two] = [makePatch({ state: 'PROMOTED' }), makePatch({ sequence: 2, state: 'PROMOTED' })];
    expect(promotedPatch(head, [one, two])?.sequence).toBe(2);
    expect(promotedPatch(head, [one, { ...two, state: 'CANDIDATE' }])?.sequence).toBe(1);
    expect(promotedPatch(undefined, [one, two])).toBeUndefined();
  });
});
