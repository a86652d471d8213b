import fc from 'fast-check';
import type { Finding } from '../../../domain/finding/finding';
import { mergeFacts } from '../../../domain/finding/merge-facts';
import { parseSeverity, isAtLeast, SEVERITIES } from '../../../domain/finding/severity';
import { digestOf, makeFinding, without } from '../table/samples';

const noFloor = without(makeFinding(), 'floor') as Finding;

describe('facts about one package of one digest', () => {
  it('become one: the lowest installed version and the highest floor, by the order of the ecosystem', () => {
    const merged = mergeFacts([
      makeFinding({ installed: '2.36-10', floor: '2.36-9+deb12u10' }),
      makeFinding({ installed: '2.36-9', floor: '2.36-9+deb12u9' }),
    ]);
    expect(merged).toEqual([makeFinding({ installed: '2.36-9', floor: '2.36-9+deb12u10' })]);
  });

  it('go by rpm on an rpm platform, where a caret is later and not an unknown character', () => {
    const amazon = { platform: 'AMAZON_LINUX_2023', installed: '1.0-1.amzn2023' };
    const merged = mergeFacts([
      makeFinding({ ...amazon, floor: '1.0^git1-1.amzn2023' }),
      makeFinding({ ...amazon, floor: '1.0-9.amzn2023' }),
    ]);
    expect(merged.map((one) => one.floor)).toEqual(['1.0^git1-1.amzn2023']);
  });

  it('have no floor where one of them has none', () => {
    expect(mergeFacts([makeFinding(), noFloor])).toEqual([noFloor]);
    expect(mergeFacts([noFloor, makeFinding()])).toEqual([noFloor]);
  });

  it.each([
    ['package', { package: 'krb5' }],
    ['digest', { digest: digestOf('b') }],
    ['repository', { repository: 'golden/other' }],
    ['file path', { filePath: 'a/b' }],
    ['vulnerability', { vulnerabilityId: 'CVE-2024-0002' }],
    ['package manager', { packageManager: 'PIP' }],
  ])('of another %s stay apart', (_what, other) => {
    expect(mergeFacts([makeFinding(), makeFinding(other)])).toEqual([makeFinding(), makeFinding(other)]);
  });

  it('end the same in any order', () => {
    const versions = fc.constantFrom('1.0-1', '1.0-2', '1.0-10', '0:1.0-2', '1:0.1-1', '1.0-1+b1', '1.0~rc1-1');
    const fact = fc
      .record({ installed: versions, floor: fc.option(versions, { nil: undefined }) })
      .map(({ installed, floor }) =>
        floor === undefined ? { ...noFloor, installed } : makeFinding({ installed, floor }),
      );
    fc.assert(
      fc.property(fc.array(fact, { minLength: 1, maxLength: 6 }), (facts) => {
        const merged = mergeFacts(facts);
        expect(merged).toHaveLength(1);
        expect(mergeFacts([...facts].reverse())).toEqual(merged);
        expect(mergeFacts([...facts, ...facts])).toEqual(merged);
      }),
    );
  });
});

describe('severities', () => {
  it('rise from UNTRIAGED to CRITICAL', () => {
    for (const [rank, severity] of SEVERITIES.entries())
      expect(SEVERITIES.map((minimum) => isAtLeast(severity, minimum))).toEqual(
        SEVERITIES.map((_one, index) => index <= rank),
      );
    expect(SEVERITIES).toEqual(['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
  });

  it.each([
    ['high', 'HIGH'],
    ['CRITICAL', 'CRITICAL'],
    ['not yet assigned', 'UNTRIAGED'],
    ['', 'UNTRIAGED'],
  ])('%p is %s', (text, severity) => {
    expect(parseSeverity(text)).toBe(severity);
  });
});
