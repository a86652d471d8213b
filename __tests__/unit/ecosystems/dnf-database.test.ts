import fc from 'fast-check';
import { parseRpmList, rpmDatabase } from '../../../domain/ecosystems/rpm/database';

function line(...fields: string[]): string {
  return `${fields.join('\t')}\n`;
}

describe('parseRpmList', () => {
  test('reads packages, epochs and sources', () => {
    const text = [
      line('openssl-libs', '1', '3.0.7', '6.el9_2', 'x86_64', 'openssl-3.0.7-6.el9_2.src.rpm'),
      line('python3-pip-wheel', '(none)', '21.2.3', '6.el9', 'noarch', 'python-pip-21.2.3-6.el9.src.rpm'),
      line('perl-Errno', '0', '1.30', '480.el9', 'x86_64', 'perl-5.32.1-480.el9.nosrc.rpm'),
      line('local', '(none)', '1.0', '1', 'x86_64', '(none)'),
    ].join('');
    expect(parseRpmList(text)).toEqual([
      {
        name: 'openssl-libs',
        version: '1:3.0.7-6.el9_2',
        arch: 'x86_64',
        source: 'openssl',
        sourceVersion: '1:3.0.7-6.el9_2',
        held: false,
      },
      {
        name: 'python3-pip-wheel',
        version: '21.2.3-6.el9',
        arch: 'noarch',
        source: 'python-pip',
        sourceVersion: '21.2.3-6.el9',
        held: false,
      },
      {
        name: 'perl-Errno',
        version: '1.30-480.el9',
        arch: 'x86_64',
        source: 'perl',
        sourceVersion: '5.32.1-480.el9',
        held: false,
      },
      { name: 'local', version: '1.0-1', arch: 'x86_64', source: 'local', sourceVersion: '1.0-1', held: false },
    ]);
  });

  test.each([
    ['keys', line('gpg-pubkey', '(none)', 'fd431d51', '4ae0493b', '(none)', '(none)')],
    ['no architecture', line('a', '(none)', '1', '1', '(none)', '(none)')],
    ['too few fields', line('a', '(none)', '1')],
    ['too many fields', line('a', '(none)', '1', '1', 'noarch', '(none)', 'x')],
    ['a bad name', line('$(id)', '(none)', '1', '1', 'noarch', '(none)')],
    ['a bad version', line('a', '(none)', '1 2', '1', 'noarch', '(none)')],
    ['a bad epoch', line('a', 'x', '1', '1', 'noarch', '(none)')],
    ['no text', ''],
  ])('skips %s', (_, text) => {
    expect(parseRpmList(text)).toEqual([]);
  });

  test.each(['$x-1-1.src.rpm', 'x-1.src.rpm', 'x', '', 'x-1 2-1.src.rpm'])(
    'takes the source %j for not given',
    (source) => {
      const expected = { name: 'a', version: '1-1', arch: 'noarch', source: 'a', sourceVersion: '1-1', held: false };
      expect(parseRpmList(line('a', '(none)', '1', '1', 'noarch', source))).toEqual([expected]);
    },
  );

  test('takes hostile text fast and never throws', () => {
    const begin = process.hrtime.bigint();
    expect(parseRpmList(line('a', '', '1', '1', 'noarch', '-'.repeat(5_000_000)))).toHaveLength(1);
    expect(Number(process.hrtime.bigint() - begin) / 1e6).toBeLessThan(1000);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('\t', '\n', 'a-1-1.src.rpm'))), (pieces) => {
        expect(Array.isArray(parseRpmList(pieces.join('')))).toBe(true);
      }),
    );
  });

  test('is found in both places that distributions use', () => {
    expect(rpmDatabase.paths).toEqual(['var/lib/rpm', 'usr/lib/sysimage/rpm']);
    expect(rpmDatabase.queryFormat).toBe(
      String.raw`%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n`,
    );
  });
});
