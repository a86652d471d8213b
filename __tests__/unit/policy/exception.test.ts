import type { RiskException } from '../../../domain/policy/exception';
import { exceptionFor, lapsedExceptionFor } from '../../../domain/policy/exception';

const finding = { vulnerabilityId: 'CVE-1', package: 'glibc' };
const until = (expires: string, more: Partial<RiskException> = {}): RiskException => ({
  vulnerability: 'CVE-1',
  justification: 'nobody can reach it',
  expires,
  ...more,
});
const now = new Date('2026-06-30T12:00:00Z');
const of = (...exceptions: RiskException[]): (string | undefined)[] => [
  exceptionFor(finding, 'a', exceptions, now)?.expires,
  lapsedExceptionFor(finding, 'a', exceptions, now)?.expires,
];

describe('the exception of a finding', () => {
  it('is in force to the end of its last day, and the one that holds longest wins', () => {
    expect(of(until('2026-06-30'))).toEqual(['2026-06-30', undefined]);
    expect(of(until('2026-07-01'), until('2026-08-01'), until('2026-01-01'))).toEqual(['2026-08-01', undefined]);
  });

  it('has lapsed after that, and the one that ended last is told', () => {
    expect(of(until('2026-01-01'), until('2026-06-29'))).toEqual([undefined, '2026-06-29']);
  });

  it('is none of another vulnerability, package or image', () => {
    const others = [{ vulnerability: 'CVE-2' }, { package: 'zlib' }, { image: 'b' }].flatMap((other) => [
      until('2026-01-01', other),
      until('2027-01-01', other),
    ]);
    expect(of(...others)).toEqual([undefined, undefined]);
  });
});
