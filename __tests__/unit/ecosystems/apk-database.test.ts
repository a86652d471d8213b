import fc from 'fast-check';
import { apkDatabase, parseApkInstalled } from '../../../domain/ecosystems/apk/database';

const RECORDS = `C:Q1abcdefghijklmnopqrstuvwxyz=
P:libssl3
V:3.1.4-r5
A:x86_64
S:246720
I:667648
T:SSL shared libraries
o:openssl
m:Nobody <nobody@example.com>
D:so:libc.musl-x86_64.so.1 so:libcrypto.so.3
p:so:libssl.so.3=3
F:lib
R:libssl.so.3
a:0:0:755
Z:Q1abcdefghijklmnopqrstuvwxyz=

C:Q1b=
P:busybox
V:1.36.1-r15
A:x86_64
F:bin
R:busybox
`;

const LIBSSL3 = {
  name: 'libssl3',
  version: '3.1.4-r5',
  arch: 'x86_64',
  source: 'openssl',
  sourceVersion: '3.1.4-r5',
  held: false,
};

function record(fields: Readonly<Record<string, string>>): string {
  const all = { P: 'libssl3', V: '3.1.4-r5', A: 'x86_64', o: 'openssl', ...fields };
  return Object.entries(all)
    .map(([letter, value]) => `${letter}:${value}\n`)
    .join('');
}

describe('parseApkInstalled', () => {
  test('reads packages and their origins, with and without an empty line at the end', () => {
    const busybox = {
      ...LIBSSL3,
      name: 'busybox',
      version: '1.36.1-r15',
      source: 'busybox',
      sourceVersion: '1.36.1-r15',
    };
    expect(parseApkInstalled(RECORDS)).toEqual([LIBSSL3, busybox]);
    expect(parseApkInstalled(`${RECORDS}\n`)).toEqual([LIBSSL3, busybox]);
    expect(parseApkInstalled(RECORDS.trimEnd())).toEqual([LIBSSL3, busybox]);
  });

  test.each([
    ['a virtual package', { P: '.build-deps', V: '20240101.120000', A: 'noarch' }],
    ['an option as a name', { P: '--root' }],
    ['a name with a space', { P: 'lib ssl3' }],
    ['a version that is none', { V: '3.1.4-1' }],
    ['a version with a command', { V: '3.1.4;id' }],
    ['a carriage return', { V: '3.1.4-r5\r' }],
    ['an architecture that is none', { A: 'x86 64' }],
    ['no version', { V: '' }],
    ['too long a line', { P: 'a'.repeat(2000) }],
  ])('skips a record with %s and goes on', (_, fields) => {
    expect(parseApkInstalled(`${record(fields)}\n${record({})}`)).toEqual([LIBSSL3]);
  });

  test('the first of two fields counts, and an origin that makes no sense is none', () => {
    expect(parseApkInstalled(`${record({})}P:evil\nV:9-r9\no:evil\n`)).toEqual([LIBSSL3]);
    expect(parseApkInstalled(record({ o: '$(id)' }))).toEqual([{ ...LIBSSL3, source: 'libssl3' }]);
    expect(parseApkInstalled(record({ o: '' }))).toEqual([{ ...LIBSSL3, source: 'libssl3' }]);
  });

  test('never throws, and what it yields is within the alphabets', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.tuple(fc.constantFrom('P', 'V', 'A', 'o', 'F'), fc.string({ maxLength: 8 })).map(([a, b]) => `${a}:${b}`),
      fc.constantFrom('', 'P:a', 'V:1', 'A:x86_64'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        for (const one of parseApkInstalled(lines.join('\n'))) {
          expect(one.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/);
          expect(one.version).toMatch(/^[0-9][A-Za-z0-9._~-]*$/);
        }
      }),
    );
  });

  test('takes time linear in the text: 20 MB in less than five seconds', () => {
    const started = performance.now();
    expect(parseApkInstalled(`R:${'x'.repeat(98)}\n`.repeat(200_000) + record({}))).toEqual([LIBSSL3]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

test('lies where apk keeps it, also where /lib is a link', () => {
  expect(apkDatabase).toMatchObject({ kind: 'file', paths: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'] });
});
