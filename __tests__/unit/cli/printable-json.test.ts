import fc from 'fast-check';
import { printableJson } from '../../../cli/output/printable';

describe('JSON for a terminal', () => {
  it('has the same values, and nothing in it that steers or hides', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const shown = printableJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('shows them as JSON does', () => {
    expect(printableJson(JSON.stringify({ a: 'x\u202e\u009b\u{e0041}\u001b' }))).toBe(
      '{"a":"x\\u202e\\u009b\\udb40\\udc41\\u001b"}',
    );
  });
});
