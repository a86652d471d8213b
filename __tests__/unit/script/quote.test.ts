import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { BadInputError } from '../../../domain/errors';
import { quote } from '../../../domain/script/quote';

describe('quote', () => {
  test.each([
    ['a', "'a'"],
    ['', "''"],
    ["it's", String.raw`'it'\''s'`],
    ['$(id) `id` ${x} \\', "'$(id) `id` ${x} \\'"],
  ])('%j becomes %s', (text, word) => {
    expect(quote(text)).toBe(word);
  });

  test.each(['a\nb', 'a\0', '\r', '\u001b[0m', '\u007f', '\u0085', '\u2028', '\u202e', '\ud800'])(
    '%j is refused',
    (text) => {
      expect(() => quote(text)).toThrow(BadInputError);
    },
  );

  test('the shell reads back what was quoted', () => {
    const printable = fc.string({ unit: fc.constantFrom(...Array.from(' !"#$%&\'()*;<>?[\\]^`{|}~ab1-é')) });
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 40 }), (texts) => {
        const script = texts.map((text) => `printf '%s\\n' ${quote(text)}`).join('\n');
        const ran = spawnSync('sh', { input: script, encoding: 'utf8' });
        expect(ran.stdout).toBe(texts.map((text) => `${text}\n`).join(''));
      }),
      { numRuns: 25 },
    );
  });
});
