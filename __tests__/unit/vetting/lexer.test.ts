import fc from 'fast-check';
import { lex } from '../../../domain/vetting/lexer';

const values = (text: string): string[][] =>
  lex(text).map((statement) => (statement.kind === 'command' ? statement.words.map(({ value }) => value) : ['!']));

describe('lex', () => {
  test.each([
    ['a b', [['a', 'b']]],
    ['a&&b', [['a'], ['b']]],
    ['a;b;', [['a'], ['b']]],
    ['a \'b c\' "d  e"', [['a', 'b c', 'd  e']]],
    ['a\'b\'"c"d', [['abcd']]],
    ["a '' b", [['a', '', 'b']]],
    ['a#b #c', [['a#b']]],
    ['a ""#b', [['a', '#b']]],
    ["a '#b'", [['a', '#b']]],
    ['a \\\n b', [['a', 'b']]],
    ['a\\\nb', [['ab']]],
    ['a # x \\\nb', [['a'], ['b']]],
    ['a &&\n\n# x\n b', [['a'], ['b']]],
    ["a '|&;<>$`\\\"'", [['a', '|&;<>$`\\"']]],
    ['a | b\nc', [['!'], ['c']]],
    ['a && b | c && d\ne', [['a'], ['!'], ['e']]],
    ['a | \\\n b\nc', [['!'], ['c']]],
    ['a &&', [['a'], ['!']]],
    ['a x~y', [['a', 'x~y']]],
    ['a ~y', [['!']]],
    ['', []],
  ])('reads %j', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test('tells unquoted patterns and unquoted beginnings from quoted ones', () => {
    expect(lex(`A="x" "B"=y * '*'`)).toEqual([
      {
        kind: 'command',
        source: `A="x" "B"=y * '*'`,
        words: [
          { value: 'A=x', bare: 2, pattern: false },
          { value: 'B=y', bare: 0, pattern: false },
          { value: '*', bare: 1, pattern: true },
          { value: '*', bare: 0, pattern: false },
        ],
      },
    ]);
  });

  test('source of an error reaches from the start of its command to the end of the line', () => {
    expect(lex('a; b c | d && e\nf')[1]).toMatchObject({ kind: 'error', source: 'b c | d && e' });
    expect(lex('a;\nb &&\n')[2]).toMatchObject({ kind: 'error', source: 'b &&' });
  });

  test('words in single quotes come back as they are', () => {
    const word = fc.string({ unit: 'grapheme-ascii' }).filter((text) => !/['\n]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(values(words.map((text) => `'${text}'`).join(' '))).toEqual([words]);
      }),
    );
  });
});
