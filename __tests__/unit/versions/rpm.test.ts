import fc from 'fast-check';
import { compareVersions, isVersion } from '../../../domain/versions';

type Row = readonly [lower: string, higher: string, why: string];

const LOWER: readonly Row[] = [
  ['1.9-1', '1.10-1', 'digits are numbers'],
  ['9-1', '1:1-1', 'the epoch comes first'],
  ['9:1-1', '10:0-1', 'the epoch is a number'],
  ['1-9', '1.0-1', 'the version comes before the release'],
  ['1.0', '1.0.0', 'more segments are newer'],
  ['1.0', '1.0a', 'more segments are newer, also letters'],
  ['1.a', '1.1', 'a number is newer than letters'],
  ['1.0a', '1.0.1', 'a number is newer than letters'],
  ['5.5p9', '5.5p10', 'letters and digits are segments of their own'],
  ['10a2', '10b1', 'letters are in ASCII order'],
  ['FC5', 'fc4', 'capitals are lower than small letters'],
  ['1ab', '1abc', 'a prefix is lower'],
  ['1.a.b', '1.ab', 'a separator ends a segment of letters'],
  ['1.0~rc1-1', '1.0-1', 'a tilde is lower than an end'],
  ['1.0~rc1-1', '1.0~rc2-1', 'after a tilde comparison goes on'],
  ['1.0~~', '1.0~', 'two tildes are lower than one'],
  ['1-1~a', '1-1~b', 'tildes count in the release too'],
  ['1.0-1', '1.0^git1-1', 'a caret is higher than an end'],
  ['1.0^git1-1', '1.0.1-1', 'a caret is lower than a further number'],
  ['1.0^git1-1', '1.0a-1', 'a caret is lower than further letters'],
  ['1.0^20240101', '1.0^20240102', 'after a caret comparison goes on'],
  ['1.0~rc1', '1.0~rc1^git1', 'a caret after a tilde'],
  ['1.0^git1~pre', '1.0^git1', 'a tilde after a caret'],
  ['7.61.1-18.el8_4.1', '7.61.1-22.el8', 'the release of an RHEL update'],
  ['1.0-1.el9', '1.0-1.el9_2', 'an extended update is newer'],
  ['3.0.8-1.amzn2023.0.9', '3.0.8-1.amzn2023.0.14', 'the release of Amazon Linux'],
  ['1.0', '1.0-0', 'no release is lower than any release'],
  ['1.0', '1.0-', 'also than an empty one'],
  ['1.0-', '1.0-1', 'an empty release is lower than one that is not'],
  ['1.0-~', '1.0-', 'but a tilde is lower still'],
  ['1-1-1', '1-1.1-1', 'the last dash ends the version'],
  ['a:1', '0:1', 'letters before a colon are no epoch'],
  ['4294967295:1', '4294967296:1', 'an epoch of more than 32 bits'],
  ['1.99999999999999999998-1', '1.99999999999999999999-1', 'numbers that a double cannot tell apart'],
  ['-1', '1', 'an empty version'],
  ['', '0', 'empty text is an empty version'],
  ['~', '', 'and a tilde is lower than that'],
];

const EQUAL: readonly Row[] = [
  ['1.0-1', '0:1.0-1', 'an absent epoch is 0'],
  [':1', '0:1', 'an empty epoch is 0'],
  ['01:1', '1:1', 'leading zeros of the epoch do not count'],
  ['1.05', '1.5', 'leading zeros do not count'],
  ['1.0.010', '1.0.10', 'leading zeros do not count'],
  ['2_0', '2.0', 'every separator is the same'],
  ['2.0', '2..0', 'and any number of them'],
  ['1.', '1', 'also at the end'],
  ['1.a', '1a', 'none is needed between digits and letters'],
  ['1+~a', '1~a', 'a separator before a tilde does not count'],
  ['1.é1', '1.1', 'only ASCII letters are letters'],
];

test.each(LOWER)('%s < %s: %s', (lower, higher) => {
  expect(compareVersions('rpm', lower, higher)).toBe(-1);
  expect(compareVersions('rpm', higher, lower)).toBe(1);
});

test.each(EQUAL)('%s = %s: %s', (a, b) => {
  expect(compareVersions('rpm', a, b)).toBe(0);
  expect(compareVersions('rpm', b, a)).toBe(0);
});

test.each([
  '1.0',
  '1.0-1',
  '0',
  'r5-1',
  '1:3.0.7-27.el9',
  '7.61.1-18.el8_4.1',
  '1.0~rc1-1',
  '1.0^20240101g17bf510-1.fc40',
  '2.0+dfsg-1',
  '3.0.8-1.amzn2023.0.14',
  '4294967295:1-1',
  '1'.repeat(256),
])('%s is a version', (text) => {
  expect(isVersion('rpm', text)).toBe(true);
});

test.each([
  ['', 'empty'],
  ['-1', 'no version'],
  ['1-', 'an empty release'],
  ['1-1-1', 'a dash in the version'],
  [':1', 'an empty epoch'],
  ['a:1', 'an epoch of letters'],
  ['1:2:3', 'a colon in the version'],
  ['4294967296:1', 'an epoch that rpm cannot hold'],
  ['~1', 'a tilde first'],
  ['.1', 'a separator first'],
  ['1..2', 'two dots in a row'],
  ['1.0-1 ', 'white space'],
  ['1.0-1\n', 'a line break at the end'],
  ['1.0\0', 'a control character'],
  ['1.0-%{dist}', 'a macro'],
  ['1.0$(id)', 'a substitution'],
  ["1.0'", 'a quote'],
  ['1.0;id', 'a separator of commands'],
  ['1.0*', 'a glob'],
  ['1.0/1', 'a slash'],
  ['1.é', 'a letter that is not ASCII'],
  ['1'.repeat(257), 'too long'],
])('%j is no version: %s', (text) => {
  expect(isVersion('rpm', text)).toBe(false);
});

describe('laws, for any text', () => {
  const versionLike = fc.string({ unit: fc.constantFrom(...Array.from('0019ab~^..+--:Z_')), maxLength: 9 });
  const text = fc.oneof(
    { weight: 4, arbitrary: versionLike },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  const compare = (a: string, b: string): number => compareVersions('rpm', a, b);

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
