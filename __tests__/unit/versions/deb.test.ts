import fc from 'fast-check';
import { compareVersions, isVersion } from '../../../domain/versions';

type Row = readonly [lower: string, higher: string, why: string];

const LOWER: readonly Row[] = [
  ['1.9', '1.10', 'digits are numbers'],
  ['9', '1:1', 'the epoch comes first'],
  ['9:1', '10:0', 'the epoch is a number'],
  ['1.0-1', '1.0-2', 'the revision comes last'],
  ['1.0-9', '1.0.1-1', 'the upstream version comes before the revision'],
  ['1.0~rc1-1', '1.0-1', 'a tilde is lower than an end'],
  ['1.0~~', '1.0~~a', 'the examples of Policy 5.6.12, in order'],
  ['1.0~~a', '1.0~', 'the examples of Policy 5.6.12, in order'],
  ['1.0~', '1.0', 'the examples of Policy 5.6.12, in order'],
  ['1.0', '1.0a', 'the examples of Policy 5.6.12, in order'],
  ['1.0~', '1.0~a', 'an end is lower than a letter'],
  ['1.0a', '1.0+', 'letters are lower than other characters'],
  ['1.0Z', '1.0a', 'letters are in ASCII order'],
  ['1.0+a', '1.0.a', 'other characters are in ASCII order'],
  ['1.0+a', '1.0-a-1', 'a dash before the last one is a character of the upstream version'],
  ['1:22b', '1:22b10', 'a number is higher than none'],
  ['1.2+dfsg-1', '1.2+dfsg1-1', 'a number is higher than none, after letters'],
  ['9.2p1-2', '9.2p1-2+b1', 'a binary-only rebuild is newer than its source version'],
  ['9.2p1-2+b9', '9.2p1-2+b10', 'rebuilds are counted'],
  ['9.2p1-2+b1', '9.2p1-2+deb12u1', 'a security update is newer than a rebuild'],
  ['9.2p1-2+deb12u9', '9.2p1-2+deb12u10', 'security updates are counted'],
  ['3.0.11-1~deb12u2', '3.0.11-1', 'a stable backport is older than the original'],
  ['252.22-1~bpo11+1', '252.22-1', 'a backport is older than the original'],
  ['3.0.2-0ubuntu1.9', '3.0.2-0ubuntu1.18', 'Ubuntu security updates are counted'],
  ['3.0.2', '3.0.2-0ubuntu1', 'an absent revision is lower than 0ubuntu1'],
  ['1.0-0~', '1.0', 'an absent revision is higher than a tilde'],
  ['1:1.0-1', '1:1:0-1', 'with an epoch the upstream version may have colons'],
  ['18446744073709551615', '18446744073709551616', 'numbers of 64 bits and more'],
  ['1.99999999999999999998-1', '1.99999999999999999999-1', 'numbers that a double cannot tell apart'],
  ['999999999999999999999999999998', '999999999999999999999999999999', 'numbers of any length'],
  ['', '0', 'no version is lower than any'],
  ['', '~', 'no version is lower than any, as in dpkg'],
];

const EQUAL: readonly Row[] = [
  ['1.0', '1.0-0', 'an absent revision is 0'],
  ['1.0', '1.0-', 'an absent revision is an empty one'],
  ['1.0', '1.0-000', 'and so is any spelling of zero'],
  ['1.0', '0:1.0', 'an absent epoch is 0'],
  ['1:1.0', '01:1.0', 'leading zeros of the epoch do not count'],
  ['1.05', '1.5', 'leading zeros do not count'],
  ['1.0-1', '1.00-01', 'leading zeros do not count'],
  ['1.a', '1.a0', 'an absent number is 0'],
  ['0', '0', 'the same text'],
];

test.each(LOWER)('%s << %s: %s', (lower, higher) => {
  expect(compareVersions('deb', lower, higher)).toBe(-1);
  expect(compareVersions('deb', higher, lower)).toBe(1);
});

test.each(EQUAL)('%s = %s: %s', (a, b) => {
  expect(compareVersions('deb', a, b)).toBe(0);
  expect(compareVersions('deb', b, a)).toBe(0);
});

test.each([
  '1.0',
  '0',
  '1:22b10-3',
  '2:8.39-12+deb12u1',
  '4:4.2.8p15+dfsg-2~1.2.2+dfsg1-1',
  '9.2p1-2+b1',
  '1:2:3-4',
  '1.0~',
  '20230311',
  '2147483647:1',
  '1'.repeat(256),
])('%s is a version', (text) => {
  expect(isVersion('deb', text)).toBe(true);
});

test.each([
  ['', 'empty'],
  ['a1', 'no digit first'],
  ['-1', 'no upstream version'],
  ['1:', 'nothing after the colon'],
  ['1:-1', 'no upstream version after the epoch'],
  [':1', 'an empty epoch'],
  ['a:1', 'an epoch of letters'],
  ['1.0:1', 'a colon without an epoch'],
  ['2147483648:1', 'an epoch that dpkg cannot hold'],
  ['1.0-', 'an empty revision'],
  ['1:1-1:1', 'a colon in the revision'],
  ['1_0', 'an underscore'],
  ['1.0^1', 'a caret'],
  ['1.0 ', 'white space'],
  ['1.0\n', 'a line break at the end'],
  ['1.0\n2', 'a line break'],
  ['1.0\0', 'a control character'],
  ['1.0$(id)', 'a substitution'],
  ["1.0'", 'a quote'],
  ['1.0;id', 'a separator of commands'],
  ['1.0/..', 'a slash'],
  ['1.٠', 'a digit that is not ASCII'],
  ['1'.repeat(257), 'too long'],
  ['NotAvailable', "Inspector's word for no fix"],
])('%j is no version: %s', (text) => {
  expect(isVersion('deb', text)).toBe(false);
});

describe('laws, for any text', () => {
  const versionLike = fc.string({ unit: fc.constantFrom(...Array.from('0019ab~~..+--:Z')), maxLength: 9 });
  const text = fc.oneof(
    { weight: 4, arbitrary: versionLike },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  const compare = (a: string, b: string): number => compareVersions('deb', a, b);

  test('reflexive', () => {
    fc.assert(fc.property(text, (a) => compare(a, a) === 0));
  });
  test('antisymmetric', () => {
    fc.assert(
      fc.property(text, text, (a, b) => compare(a, b) + compare(b, a) === 0),
      { numRuns: 2_000 },
    );
  });
  test('transitive', () => {
    const law = fc.property(text, text, text, (a, b, c) => {
      const [low, middle, high] = [a, b, c].sort(compare) as [string, string, string];
      return compare(low, high) === Math.min(compare(low, middle), compare(middle, high)) && compare(low, high) <= 0;
    });
    fc.assert(law, { numRuns: 5_000 });
  });
  test('leading zeros do not count', () => {
    const law = fc.property(fc.bigInt({ min: 0n }), fc.nat(20), (number, zeros) => {
      const padded = '0'.repeat(zeros) + String(number);
      return compare(`1.${padded}-${padded}`, `1.${number}-${number}`) === 0;
    });
    fc.assert(law);
  });
  test('numbers are compared as numbers, of any length', () => {
    const law = fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (m, n) => {
      expect(compare(`1.${m}`, `1.${n}`)).toBe(m < n ? -1 : m > n ? 1 : 0);
    });
    fc.assert(law);
  });
});
