import fc from 'fast-check';
import { makeDocumentCheck } from '../../../adapters/local/document-check';

/** Number of the first line after which the text cannot be one document any more; undefined where it may be one. */
function brokenAt(text: string): number | undefined {
  const mayBeDocument = makeDocumentCheck();
  const index = text.split('\n').findIndex((line) => !mayBeDocument(line));
  return index === -1 ? undefined : index + 1;
}

describe('lines that may be one JSON document', () => {
  it('are those of every document, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  ', '\t'), (value, indent) => {
        expect(brokenAt(JSON.stringify(value, null, indent))).toBeUndefined();
        const spread = JSON.stringify(value).replaceAll(/[{}[\],:](?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)/g, '\n$&\n');
        expect([JSON.parse(spread), brokenAt(spread)]).toEqual([JSON.parse(JSON.stringify(value)), undefined]);
      }),
    );
  });

  it.each([
    ['a line that is cut off before others', '{"cut\n{"a":1}\n{"a":2}', 1],
    ['one that is cut off between members', '{"cut":1,\n{"a":1}\n{"a":2}', 3],
    ['values side by side', '[\n{"a":1}\n{"a":2}\n]', 3],
    ['a text behind the end', '{"a":1}}\n{"a":2}', 1],
    ['a second document', '{"a":\n1}\n{"a":2}', 3],
    ['a string over two lines', '["a\nb"]', 1],
    ['more levels than any document has', '['.repeat(1001), 1],
  ])('are not %s', (_what, text, line) => {
    expect(brokenAt(text)).toBe(line);
  });

  it('may hold brackets and quotes in their strings', () => {
    expect(brokenAt('["]]}}\\"{{[[",\n"\\\\"\n,{"}{":"\\\\\\""}]')).toBeUndefined();
  });
});
