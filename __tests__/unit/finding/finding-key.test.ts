import fc from 'fast-check';
import { encodeKeyPart, findingSortKey } from '../../../domain/finding/finding-key';
import { headKey, imagePartition, patchKey, replanKey } from '../../../domain/table/keys';

const parts = { vulnerabilityId: 'CVE-2024-0001', packageManager: 'OS', package: 'glibc' };

describe('the sort key of a finding', () => {
  it('names vulnerability, package manager, package and file path', () => {
    expect(findingSortKey(parts)).toBe('FINDING#CVE-2024-0001#OS#glibc');
    expect(findingSortKey({ ...parts, filePath: 'usr/lib/a b' })).toBe(
      'FINDING#CVE-2024-0001#OS#glibc#usr%2Flib%2Fa%20b',
    );
  });

  it('keeps a separator inside a part apart from one between parts', () => {
    expect(findingSortKey({ ...parts, package: 'a', filePath: 'b#c' })).not.toBe(
      findingSortKey({ ...parts, package: 'a#b', filePath: 'c' }),
    );
    expect(findingSortKey({ ...parts, package: 'a#b' })).not.toBe(
      findingSortKey({ ...parts, package: 'a', filePath: 'b' }),
    );
  });

  it('fits into 1,024 bytes, and what was cut is still told apart', () => {
    const long = 'é'.repeat(4096);
    const keys = [
      findingSortKey({ ...parts, filePath: long }),
      findingSortKey({ ...parts, filePath: `${long}x` }),
      findingSortKey({ ...parts, package: 'é'.repeat(256), packageManager: 'é'.repeat(64) }),
      findingSortKey({ ...parts, package: 'é'.repeat(256), packageManager: 'é'.repeat(64), filePath: long }),
      findingSortKey({ ...parts, package: `${'é'.repeat(255)}è`, packageManager: 'é'.repeat(64), filePath: long }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
  });

  it('is printable ASCII, bounded, and different where a part is', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    const finding = fc.record({ vulnerabilityId: text, packageManager: text, package: text, filePath: text });
    fc.assert(
      fc.property(finding, finding, (left, right) => {
        const [a, b] = [findingSortKey(left), findingSortKey(right)];
        expect(a).toMatch(/^FINDING#[!-~]+$/);
        expect(a.length).toBeLessThanOrEqual(1024);
        expect(a === b).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});

describe('parts of keys', () => {
  it('decode to what was encoded, also a percent sign', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeURIComponent(encodeKeyPart(text))).toBe(text);
      }),
    );
    expect(encodeKeyPart('50%#a')).toBe('50%25%23a');
  });

  it('never throw, not even on a lone surrogate', () => {
    expect(encodeKeyPart('a\ud800b')).toBe('a%EF%BF%BDb');
  });

  it('make the keys of an image, of which patches sort by age', () => {
    expect(imagePartition('golden/debian')).toBe('IMAGE#golden%2Fdebian');
    expect([headKey('a').sk, replanKey('a').sk]).toEqual(['HEAD', 'REPLAN']);
    expect(patchKey('a', 9).sk < patchKey('a', 10).sk && patchKey('a', 99_999).sk < patchKey('a', 100_000).sk).toBe(
      true,
    );
  });
});
