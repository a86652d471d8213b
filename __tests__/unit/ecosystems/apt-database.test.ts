import fc from 'fast-check';
import { dpkgDatabase, parseControlRecords, parseDpkgStatus } from '../../../domain/ecosystems/apt/database';

function stanza(fields: Readonly<Record<string, string>>): string {
  const all = {
    Package: 'openssl',
    Status: 'install ok installed',
    Architecture: 'amd64',
    Version: '3.0.11-1',
    ...fields,
  };
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

const OPENSSL = {
  name: 'openssl',
  version: '3.0.11-1',
  arch: 'amd64',
  source: 'openssl',
  sourceVersion: '3.0.11-1',
  held: false,
};

describe('parseDpkgStatus', () => {
  test('reads packages, their sources and holds', () => {
    const text = [
      stanza({ Depends: 'libc6', Description: 'tool\n Package: not-me\n .\n Version: 9' }),
      stanza({ Package: 'libssl3', Source: 'openssl', 'Multi-Arch': 'same' }),
      stanza({ Package: 'dmsetup', Source: 'lvm2 (2.03.16-2)', Version: '2:1.02.185-2', Status: 'hold ok installed' }),
    ].join('\n');
    expect(parseDpkgStatus(text)).toEqual([
      OPENSSL,
      { ...OPENSSL, name: 'libssl3' },
      { ...OPENSSL, name: 'dmsetup', version: '2:1.02.185-2', source: 'lvm2', sourceVersion: '2.03.16-2', held: true },
    ]);
  });

  test.each([
    'install ok half-configured',
    'install ok unpacked',
    'deinstall ok installed',
    'install ok triggers-pending',
    'install reinstreq half-installed',
  ])('counts %s, whose files are there', (status) => {
    expect(parseDpkgStatus(stanza({ Status: status }))).toEqual([OPENSSL]);
  });

  test.each([
    ['only configuration is left', stanza({ Status: 'deinstall ok config-files' })],
    ['not installed', stanza({ Status: 'unknown ok not-installed' })],
    ['no status', stanza({ Status: '' })],
    ['a status of four words', stanza({ Status: 'install ok installed now' })],
    ['a bad name', stanza({ Package: '$(id)' })],
    ['a bad version', stanza({ Version: '1 2' })],
    ['a bad architecture', stanza({ Architecture: 'a b' })],
    ['no version', 'Package: a0\nStatus: install ok installed\nArchitecture: all\n'],
    ['no text', ''],
  ])('skips %s', (_, text) => {
    expect(parseDpkgStatus(text)).toEqual([]);
  });

  test.each(['A B', 'a0 (1 2)', '$(id)', 'a0 (', ''])('takes the source %j for not given', (source) => {
    expect(parseDpkgStatus(stanza({ Source: source }))).toEqual([OPENSSL]);
  });

  test('takes CRLF, blank lines with spaces, field names in any case, a missing last newline', () => {
    const text = `\n\n${stanza({}).replaceAll('\n', '\r\n')} \t\n${stanza({}).replace('Package', 'PACKAGE').trimEnd()}`;
    expect(parseDpkgStatus(text)).toEqual([OPENSSL, OPENSSL]);
  });

  test('the first of two fields counts', () => {
    expect(parseDpkgStatus(`${stanza({})}Version: 9\n`)).toEqual([OPENSSL]);
  });

  test('takes 10 MB in well under two seconds, also as one line', () => {
    const one = `${stanza({ Description: `x\n ${'y'.repeat(900)}` })}\n`;
    const count = Math.ceil(10_000_000 / one.length);
    const begin = process.hrtime.bigint();
    expect(parseDpkgStatus(one.repeat(count))).toHaveLength(count);
    expect(parseDpkgStatus(`Package: ${' '.repeat(5_000_000)}${'x'.repeat(5_000_000)}`)).toEqual([]);
    expect(parseDpkgStatus(stanza({ Source: `a${' '.repeat(1_000_000)}(` }))).toEqual([OPENSSL]);
    expect(Number(process.hrtime.bigint() - begin) / 1e6).toBeLessThan(2000);
  });

  test('never throws', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\n', 'Package:', 'Status: install ok installed', 'Source: (', stanza({})),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(Array.isArray(parseDpkgStatus(pieces.join('')))).toBe(true);
      }),
    );
  });

  test('records of a distroless image have no status, and count as installed', () => {
    const bare = stanza({}).replace(/^Status:.*\n/m, '');
    expect(parseDpkgStatus(bare)).toEqual([]);
    expect(parseControlRecords(`${bare}\n\n${bare}`)).toEqual([OPENSSL, OPENSSL]);
    expect(parseControlRecords(stanza({ Status: 'deinstall ok config-files' }))).toEqual([]);
    expect(dpkgDatabase.records?.parse(bare)).toEqual([OPENSSL]);
  });

  test('is found where dpkg keeps it', () => {
    expect(dpkgDatabase).toMatchObject({ kind: 'file', paths: ['var/lib/dpkg/status'] });
  });
});
