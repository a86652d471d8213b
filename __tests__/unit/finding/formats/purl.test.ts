import fc from 'fast-check';
import { parsePurl, percentDecode } from '../../../../domain/finding/formats/purl';

describe('package URLs', () => {
  it.each([
    [
      'pkg:deb/debian/db5.3@5.3.28%2Bdfsg2-1?arch=amd64&distro=bookworm&epoch=1',
      { type: 'deb', namespace: 'debian', name: 'db5.3', version: '5.3.28+dfsg2-1' },
    ],
    ['pkg:apk/alpine/openssl@3.1.1-r1', { type: 'apk', namespace: 'alpine', name: 'openssl', version: '3.1.1-r1' }],
    ['pkg:npm/%40babel/core@7.1.0', { type: 'npm', namespace: '@babel', name: 'core', version: '7.1.0' }],
    ['pkg:npm/@babel/core', { type: 'npm', namespace: '@babel', name: 'core' }],
    [
      'pkg:golang/golang.org/x/net@v0.1.0#http2',
      { type: 'golang', namespace: 'golang.org/x', name: 'net', version: 'v0.1.0' },
    ],
    ['PKG:Maven/libintl@0.21', { type: 'maven', name: 'libintl', version: '0.21' }],
    ['pkg:pypi/bad@1%zz', { type: 'pypi', name: 'bad', version: '1%zz' }],
  ])('%s', (text, expected) => {
    const { qualifiers, ...rest } = parsePurl(text) ?? { qualifiers: new Map() };
    expect(rest).toEqual(expected);
    expect(qualifiers.get('epoch')).toBe(text.includes('epoch=1') ? '1' : undefined);
  });

  it.each(['', 'deb/debian/x', 'pkg:', 'pkg:deb', 'http://example.com'])('%j is none', (text) => {
    expect(parsePurl(text)).toBeUndefined();
  });

  it('never throws, and decoding undoes encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parsePurl(`pkg:${text}`)).not.toThrow();
        if (text.isWellFormed()) expect(percentDecode(encodeURIComponent(text))).toBe(text);
      }),
    );
  });
});
