import fc from 'fast-check';
import { keptLog } from '../../../domain/script/kept-log';
import { parseResultLines } from '../../../domain/script/result-lines';

const result = (name: string, floor = '1.0'): string =>
  `golden-images-result ${JSON.stringify({ ecosystem: 'apt', package: name, floor, result: 'fixed', binaries: [] })}`;
const ESCAPE = String.fromCharCode(27);

describe('what of a log is kept with a patch', () => {
  it('the script’s report first, without what the builder put before it, then the rest', () => {
    const log = `begin\r\n#9 1.234 ${result('openssl')}\n#9 1.240 golden-images-exit 0\n#9 DONE\n`;
    expect(keptLog(log)).toBe(`${result('openssl')}\ngolden-images-exit 0\nbegin\n#9 DONE\n`);
  });

  it('nothing of an empty one, or of one of control characters', () => {
    expect([keptLog(''), keptLog('\n \r\n'), keptLog(`\0${ESCAPE}[2J`)]).toEqual(['', '', '']);
  });

  it('the report wherever it stands, and the end of a log that is too long', () => {
    const noise = Array.from({ length: 100_000 }, (_one, at) => `line ${String(at)}`);
    const log = [result('openssl'), ...noise.slice(0, 50_000), result('curl'), ...noise.slice(50_000)].join('\n');
    const kept = keptLog(log).split('\n');
    expect(kept.slice(0, 2)).toEqual([result('openssl'), result('curl')]);
    expect(kept[2]).toMatch(/^\[\d+ characters left out\]$/);
    expect(kept.slice(-3)).toEqual(['line 99998', 'line 99999', '']);
    // What is said to be left out, and what is kept, is all of it.
    expect(Number(/\d+/.exec(kept[2] ?? '')?.[0]) + kept.slice(3).join('\n').length - 1).toBe(log.length);
    expect(kept.join('\n').length).toBeLessThan(270_000);
    expect(keptLog('x'.repeat(300_000))).toBe('[300000 characters left out]\n');
  });

  it('of what a report says twice the later', () => {
    expect(keptLog(`${result('openssl', '1.0')}\n${result('openssl', '2.0')}\nend\n`)).toBe(
      `${result('openssl', '2.0')}\nend\n`,
    );
  });

  it('no more of a report than a megabyte', () => {
    const many = Array.from({ length: 9_999 }, (_one, at) => result(`p${String(at)}`, '1'.repeat(400)));
    const kept = keptLog(many.join('\n'));
    expect(kept.length).toBeLessThanOrEqual(1_048_576);
    expect(kept.length).toBeGreaterThan(1_047_000);
  });

  it('a line that only looks like the report’s is not', () => {
    expect(keptLog(`| ${result('openssl')}\ngolden-images-result {}\ngolden-images-exit 0x\nend\n`)).toBe('end\n');
  });

  it('no secret, no colour, and no key, whose end may be beyond what is kept', () => {
    const log = `password${ESCAPE}[0m: hunter2\nkey\nMIIEow\n-----END RSA PRIVATE KEY-----\n${ESCAPE}]0;title\u0007E: failed\n`;
    expect(keptLog(log)).toBe('[redacted]\n]0;titleE: failed\n');
    expect(keptLog(`password${ESCAPE}[0m: hunter2\n`)).toBe('password: [redacted]\n');
  });

  it('no part of a secret that the end of a long line cuts', () => {
    const words = 'x '.repeat(495);
    expect(keptLog(`${words}AKIA${'B'.repeat(16)}\n`)).toBe(`${words}[redacted]\n`);
    expect(keptLog(`${'y '.repeat(2_500)}\n`)).toBe(`${'y '.repeat(499)}y\n`);
  });

  it('property: what parses of it is what parses of the log; it is bounded, well-formed, without control characters', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('openssl', 'curl').map((name) => `#9 1.2 ${result(name)}`),
      fc.integer({ min: 0, max: 300 }).map((code) => `golden-images-exit ${String(code)}`),
      fc.constantFrom('-----BEGIN RSA PRIVATE KEY-----', '-----END RSA PRIVATE KEY-----'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const kept = keptLog(lines.join('\n'));
        expect(parseResultLines(kept)).toEqual(parseResultLines(lines.join('\n')));
        expect(kept.isWellFormed()).toBe(true);
        expect(kept.replace(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u);
        expect(kept.length).toBeLessThan(1_400_000);
      }),
    );
  });
});
