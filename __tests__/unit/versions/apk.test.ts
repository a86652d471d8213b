import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { compareVersions } from '../../../domain/versions';
import { testVersionOrder, type VersionPair } from '../../support/version-order-laws';

/** Facts from `test/version.data` of apk-tools; what it has as "greater" is turned round. */
const DOCUMENTED: readonly VersionPair[] = [
  ['0.1.0_alpha', '2.34', 'a pre-release of an older version'],
  ['0.1.0_alpha', '0.1.3_alpha', 'the numbers come before the suffix'],
  ['0.1.0_alpha', '0.1.0_alpha2', 'a suffix with a number is newer'],
  ['1.3_alpha2', '1.3_alpha3', 'the numbers of suffixes'],
  ['0.13_beta4', '0.13_beta5', 'the numbers of suffixes'],
  ['1.1_alpha1', '1.1', 'a pre-release suffix is older than none'],
  ['6.0_pre1', '6.0', 'a pre-release suffix is older than none'],
  ['6.0', '6.0_p1', 'a post-release suffix is newer than none'],
  ['1.0.4-r3', '1.0.4-r4', 'revisions'],
  ['1.3.5-r8', '1.3.5-r10', 'revisions are numbers'],
  ['1.2.2', '1.2.2-r1', 'a revision is newer than none'],
  ['0.9.28-r2', '0.9.28.1', 'a further number is newer than a revision'],
  ['2.5.1-r8', '2.5.1a-r1', 'a letter is newer than a revision'],
  ['1.7', '1.7b', 'a letter is newer than none'],
  ['0.9.8c-r1', '0.9.8d', 'letters'],
  ['3.1_p16', '3.1_p17', 'patch levels'],
  ['1.0_p9-r0', '1.0_p10-r0', 'patch levels are numbers'],
  ['1.6.8_p9-r2', '1.6.8_p12-r1', 'patch levels come before the revision'],
  ['4.5_p1', '4.5_p1-r1', 'a revision after a patch level'],
  ['1.8.5', '1.8.5_p2', 'a patch level is newer than none'],
  ['1.02', '1.03-r1', 'leading zeros'],
  ['1.03-r1', '1.12.12-r2', 'a leading zero is a fraction'],
  ['1.02.07', '1.02.10-r1', 'a leading zero is a fraction'],
  ['1.2.07.8', '1.2.12.04', 'a leading zero is a fraction'],
  ['1.07', '1.07.5', 'more numbers are newer'],
  ['1.06-r6', '006', 'leading zeros of the first number do not count'],
  ['087-r1', '103', 'leading zeros of the first number do not count'],
  ['021109-r3', '20060512', 'leading zeros of the first number do not count'],
  ['0.98', '1.00', 'a zero with a zero before it'],
  ['0.9.2', '1.00_beta2', 'a zero with a zero before it'],
  ['0.20070118', '0.20070207_rc1', 'dates'],
  ['2.9.11_pre20051101-r3', '2.9.11_pre20061021-r1', 'dates in suffixes'],
  ['1.0.0_pre20191002222144-r0', '1.0.0_pre20210530193627-r0', 'numbers of more than 32 bits'],
  ['1.3_pre1-r1', '1.3.2', 'a further number is newer than a suffix'],
  ['0.1.0_alpha_pre2', '0.1.0_alpha', 'a pre-release of a pre-release'],
  ['1.0', '1.0bc', 'what breaks the grammar after a letter'],
  ['4_beta', '23_foo', 'an unknown suffix'],
];

const LOWER: readonly VersionPair[] = [
  ['1_alpha', '1_beta', 'the order of suffixes'],
  ['1_beta', '1_pre', 'the order of suffixes'],
  ['1_pre', '1_rc', 'the order of suffixes'],
  ['1_rc', '1', 'the order of suffixes'],
  ['1', '1_cvs', 'the order of suffixes'],
  ['1_cvs', '1_svn', 'the order of suffixes'],
  ['1_svn', '1_git', 'the order of suffixes'],
  ['1_git', '1_hg', 'the order of suffixes'],
  ['1_hg', '1_p', 'the order of suffixes'],
  ['1_rc9', '1_rc10', 'the numbers of suffixes'],
  ['1_alpha2', '1_alpha_p1', 'a post-release of a pre-release'],
  ['6.4-r2', '6.4_p20231125-r0', 'a patch level is newer than a revision'],
  ['1.0-r9', '1.0~0f-r0', 'a commit is newer than a revision'],
  ['1.0', '1.0~842f055', 'a commit is newer than none'],
  ['1.0~0f', '1.0~a0', 'commits are in ASCII order'],
  ['1.0~a0', '1.0~a00', 'a prefix of a commit is lower'],
  ['1.0~ff', '1.0_git1', 'a post-release suffix is newer than a commit'],
  ['1.0~ff', '1.0a', 'a letter is newer than a commit'],
  ['1.0a', '1.0.0', 'a further number is newer than a letter'],
  ['8.2.0', '8.2.001', 'as text 0 is before 001 (apk-tools 2 had it the other way round)'],
  ['1.012', '1.02', 'as text 012 is before 02'],
  ['1.09', '1.1', 'a leading zero is a fraction'],
  ['3.1.1-r1', '3.1.4-r5', 'openssl of Alpine 3.18'],
  ['1.99999999999999999998', '1.99999999999999999999', 'numbers that a double cannot tell apart'],
  ['18446744073709551615', '18446744073709551616', 'numbers of 64 bits and more'],
  ['1.0$', '1.0', 'what breaks the grammar is lower than an end'],
  ['1.0_rc', '1.0$', 'but newer than a pre-release'],
  ['', '0', 'empty text breaks the grammar at once'],
  ['x', '0', 'so does a letter first'],
];

const EQUAL: readonly VersionPair[] = [
  ['2.16.1-r3', '2.16.1-r3', 'the same text'],
  ['006', '6', 'leading zeros of the first number do not count'],
  ['1-r01', '1-r1', 'nor those of a revision'],
  ['1_p01', '1_p1', 'nor those of a suffix'],
  ['1.0$', '1.0-x', 'nothing is read after what breaks the grammar'],
];

testVersionOrder({
  order: 'apk',
  lower: [...DOCUMENTED, ...LOWER],
  equal: EQUAL,
  versions: [
    '1',
    '006',
    '1.36.1-r7',
    '6b-r7',
    '9.6_p1-r0',
    '0.1.0_alpha_pre2',
    '1.2.4_git20230717-r5',
    '24.079.58964~7943616-r1',
    '2.5.1a-r1',
    '1.2.3_rc~0f',
    '1'.repeat(256),
  ],
  notVersions: [
    ['', 'empty'],
    ['a1', 'no digit first'],
    ['1.', 'nothing after the dot'],
    ['1.0bc', 'two letters'],
    ['1.0a1', 'a number after a letter'],
    ['1.0B', 'a capital'],
    ['23_foo', 'an unknown suffix'],
    ['1_p1a', 'a letter after a suffix'],
    ['1_p.1', 'a dot after a suffix'],
    ['1~', 'an empty commit'],
    ['1~rc1', 'a commit that is not hexadecimal'],
    ['1~F', 'a commit in capitals'],
    ['1-r', 'an empty revision'],
    ['1-1', 'a revision as in Debian'],
    ['1-r1-r2', 'two revisions'],
    ['1-r1_p1', 'a suffix after the revision'],
    ['0:1', 'an epoch'],
    ['1.0 ', 'white space'],
    ['1.0-r1\n', 'a line break at the end'],
    ['1.0$(id)', 'a substitution'],
    ['1.٠', 'a digit that is not ASCII'],
    ['1'.repeat(257), 'too long'],
  ],
  pieces: ['0', '1', '9', '.', '.0', 'a', 'z', '_rc', '_alpha', '_p', '_git', '_', '~', '~0', '-r', '-r1', '-'],
  withNumber: (digits) => `${digits}.1-r${digits}`,
});

test('a later number with a leading zero is below every one without', () => {
  const law = fc.property(fc.nat(), fc.integer({ min: 1 }), (fraction, number) => {
    return compareVersions('apk', `1.0${fraction}`, `1.${number}`) === -1;
  });
  fc.assert(law);
});

test('every version of the examples of apk-tools stands where they say', () => {
  const text = readFileSync(join(__dirname, '../../fixtures/apk-version-order.txt'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const places = lines.flatMap((line, place) => line.split(' = ').map((version) => ({ version, place })));
  expect(places.length).toBeGreaterThan(400);
  for (const a of places) {
    for (const b of places) {
      const expected = Math.sign(a.place - b.place);
      const actual = compareVersions('apk', a.version, b.version);
      if (actual !== expected) throw new Error(`${a.version} and ${b.version}: ${actual} instead of ${expected}`);
    }
  }
});
