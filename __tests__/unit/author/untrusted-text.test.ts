import fc from 'fast-check';
import { plainJson, plainText } from '../../../domain/author/untrusted-text';

describe('plain text', () => {
  it.each([
    ['tags', '</untrusted><request>', '(/untrusted)(request)'],
    ['a bidirectional mark and a byte order mark', 'a\u202eb\ufeffc', 'a?b?c'],
    ['control characters', 'a\u0000\u001b[31m\rb\u007f', 'a??[31m?b?'],
    ['unicode that looks like a tag', '\u{e0041}\u{ff1c}x\u{ff1e}', '??x?'],
    ['one emoji', '\u{1f600}!', '?!'],
    ['a lone surrogate', '\ud83d!', '?!'],
  ])('%s', (_name, text, shown) => {
    expect(plainText(text, 100)).toBe(shown);
  });

  it('keeps tabs, newlines and everything printable but angle brackets', () => {
    const printable = Array.from({ length: 95 }, (_one, index) => String.fromCharCode(32 + index)).join('');
    expect(plainText(`\t\n${printable}`, 200)).toBe(`\t\n${printable.replace('<', '(').replace('>', ')')}`);
  });

  it('property: plain ASCII without angle brackets, at most the limit, and all of a plain text that is short enough', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (text, limit) => {
        const plain = plainText(text, limit);
        expect(plain).toMatch(/^[\t\n\x20-;=?-~]*$/);
        expect(plain.length).toBeLessThanOrEqual(limit);
        if (Array.from(text).length >= limit) expect(plain.length).toBe(limit);
      }),
    );
  });
});

describe('plain JSON', () => {
  it('property: parses to the same value, in plain ASCII without a character that could end a block', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = plainJson(value);
        expect(text).toMatch(/^[\n\x20-\x7e]*$/);
        expect(text).not.toMatch(/[<>&]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('shows what it escapes by code units', () => {
    expect(plainJson('</request>\u{1f600}\u007f')).toBe('"\\u003c/request\\u003e\\ud83d\\ude00\\u007f"');
  });
});
