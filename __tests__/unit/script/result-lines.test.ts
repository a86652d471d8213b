import fc from 'fast-check';
import { parseResultLines } from '../../../domain/script/result-lines';

const FIXED = {
  ecosystem: 'apt',
  package: 'openssl',
  floor: '3.0.15-1~deb12u1',
  result: 'fixed',
  binaries: [{ name: 'libssl3', arch: 'amd64', before: '3.0.11-1', after: '3.0.15-1~deb12u1' }],
};

function line(change: Readonly<Record<string, unknown>> = {}): string {
  return `golden-images-result ${JSON.stringify({ ...FIXED, ...change })}`;
}

describe('parseResultLines', () => {
  test('reads results and the exit code', () => {
    const residual = { package: 'curl', result: 'residual', reason: 'held' };
    const log = `Get:1 something\n${line()}\r\n${line(residual)}\ngolden-images-exit 0\n`;
    expect(parseResultLines(log)).toEqual({ results: [FIXED, { ...FIXED, ...residual }], exitCode: 0 });
  });

  test.each([
    'STEP 3/5: ',
    '#8 1.234 ',
    '  ',
    '2026-01-02T03:04:05.678Z Info Stdout: ',
    '2026-01-02 03:04:05,678 ',
    '[2/3] ',
    'Stdout: ',
  ])('knows the builder prefix %j', (prefix) => {
    expect(parseResultLines(`${prefix}${line()}\n${prefix}golden-images-exit 10`)).toEqual({
      results: [FIXED],
      exitCode: 10,
    });
  });

  test.each(['| ', 'RUN echo ', "printf '", 'x', '+ ', '3 of 4: ', 'a'.repeat(300), '#8 1.2 '.repeat(100)])(
    'does not take a line behind %j',
    (prefix) => {
      expect(parseResultLines(`${prefix}${line()}\n${prefix}golden-images-exit 0\n`)).toEqual({ results: [] });
    },
  );

  test.each([
    ['no JSON', 'golden-images-result {'],
    ['text after it', `${line()} x`],
    ['an array', 'golden-images-result []'],
    ['an unknown ecosystem', line({ ecosystem: 'npm' })],
    ['an unknown result', line({ result: 'great' })],
    ['a residual without a reason', line({ result: 'residual' })],
    ['a reason without a residual', line({ reason: 'held' })],
    ['an unknown reason', line({ result: 'residual', reason: 'tired' })],
    ['a further key', line({ more: 1 })],
    ['a hostile name', line({ package: '$(id)' })],
    ['a hostile version', line({ binaries: [{ ...FIXED.binaries[0], after: '1 2' }] })],
    ['an empty floor', line({ floor: '' })],
    ['too long a line', line({ binaries: Array(4000).fill(FIXED.binaries[0]) })],
    ['an exit code that is none', 'golden-images-exit 256\ngolden-images-exit -1\ngolden-images-exit 0x1'],
  ])('ignores %s', (_, log) => {
    expect(parseResultLines(log)).toEqual({ results: [] });
  });

  test('a later line of the same package and a later exit code win', () => {
    const log = [
      line(),
      'golden-images-exit 0',
      line({ result: 'already-fixed' }),
      line({ ecosystem: 'dnf' }),
      'golden-images-exit 1',
    ];
    const { results, exitCode } = parseResultLines(log.join('\n'));
    expect(results.map((one) => `${one.ecosystem} ${one.result}`)).toEqual(['apt already-fixed', 'dnf fixed']);
    expect(exitCode).toBe(1);
  });

  test('keeps __proto__ out', () => {
    const log = line().replace('{', '{"__proto__":{"result":"fixed"},');
    expect(parseResultLines(log).results).toEqual([]);
  });

  test('takes a huge hostile log in linear time', () => {
    const oneLine = 'golden-images-result {'.repeat(500_000);
    const lines = '#1 0.1 golden-images-result {"a":1}\n'.repeat(100_000);
    const begin = process.hrtime.bigint();
    expect(parseResultLines(`${oneLine}\n${lines}${line()}\n`)).toEqual({ results: [FIXED] });
    expect(Number(process.hrtime.bigint() - begin) / 1e6).toBeLessThan(5000);
  });

  test('never throws', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('golden-images-result ', 'golden-images-exit ', '{', '\n', line(), '#1 1.1 '),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(Array.isArray(parseResultLines(pieces.join('')).results)).toBe(true);
      }),
    );
  });
});
