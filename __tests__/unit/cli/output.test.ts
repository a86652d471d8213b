import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { consoleLogger, progress } from '../../../cli/output/console';
import { printPatchReport } from '../../../cli/output/patch-report';
import { printable } from '../../../cli/output/printable';
import { reportError } from '../../../cli/output/report-error';
import { printMalformed, shortList, targetRows } from '../../../cli/output/summary';
import { table } from '../../../cli/output/table';
import { buildProgram } from '../../../cli/program';
import { BadInputError, EngineError, GoldenImagesError } from '../../../domain/errors';
import { inspectorFinding, inspectorPackage, ecrResource } from '../finding/inspector-sample';

/** Anything that steers a terminal, reorders or hides text, but for the colours that we write ourselves. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const HOSTILE = 'a\u001b[2J\u009b31m\u202egnp\u2066\u200b\u00ad\ufeff\r\u2028b\ud800';

let written: string;
beforeEach(() => {
  written = '';
  const write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(write);
  jest.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** What was written, line feeds and our own colours taken out. */
function visible(): string {
  const escape = String.fromCharCode(27);
  return written.replaceAll(new RegExp(`${escape}\\[(?:[0-9]|[1-3][0-9]|9[0-7])m`, 'g'), '').replaceAll('\n', '');
}

describe('text from outside', () => {
  it('is shown with what would steer a terminal made visible', () => {
    expect(printable('\u001b[31mred')).toBe('\\u{1b}[31mred');
    expect(printable('a\u202eb\u200bc\nd')).toBe('a\\u{202e}b\\u{200b}c\\u{a}d');
    expect(printable('a\nb\u{e0041}', { multiline: true })).toBe('a\nb\\u{e0041}');
    expect(printable('Grüße 😀 日本')).toBe('Grüße 😀 日本');
  });

  it('is never steering afterwards, and is left alone where it was harmless', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(STEERING);
        if (!STEERING.test(text)) expect(shown).toBe(text);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});

describe('tables', () => {
  const plain = (text: string): string => text;

  it('align their columns and have no blanks at the end', () => {
    const escape = String.fromCharCode(27);
    const text = table(
      ['A', 'LONG', 'C'],
      [
        ['1', '2', ''],
        ['longer', 'x', 'y'],
      ],
      plain,
    ).replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '');
    expect(text.split('\n')).toEqual(['A       LONG  C', '1       2', 'longer  x     y']);
  });

  it('cut cells at 60 characters, and never through one', () => {
    const cells =
      table(['A', 'B'], [['x'.repeat(61), '😀'.repeat(40)]])
        .split('\n')[1]
        ?.split('  ') ?? [];
    expect(cells[0]).toBe(`${'x'.repeat(59)}…`);
    expect(cells[1]?.isWellFormed()).toBe(true);
  });

  it('show hostile cells harmlessly, in one line each', () => {
    const rows = table(['A'], [[HOSTILE], ['b']]).split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).not.toMatch(STEERING);
  });

  it('of targets name the first two vulnerabilities and count the rest', () => {
    expect(shortList(['a', 'b'])).toBe('a b');
    expect(targetRows([{ package: 'p', floor: '1', vulnerabilities: ['a', 'b', 'c', 'd'] }])).toEqual([
      ['p', '1', 'a b +2'],
    ]);
  });
});

describe('reports for people', () => {
  it('of a patch have nothing in them that steers, whatever the findings said', () => {
    printPatchReport({
      images: {
        [HOSTILE]: {
          outcome: 'residual',
          detail: HOSTILE,
          image: HOSTILE,
          targets: [
            {
              ecosystem: 'apt',
              package: HOSTILE,
              floor: HOSTILE,
              vulnerabilities: [HOSTILE],
              result: 'residual',
              reason: HOSTILE,
              binaries: [{ name: HOSTILE, before: HOSTILE, after: HOSTILE }],
            },
          ],
          parked: { 'no-fix': 1 },
        },
      },
      malformed: [{ source: HOSTILE, line: 1, path: HOSTILE, message: HOSTILE }],
      duplicates: 0,
      ignored: { 'other-event': 2 },
      findings: 3,
      undeclared: {},
    });
    expect(visible()).toContain('parked: no-fix 1');
    expect(visible()).not.toMatch(STEERING);
  });

  it('say so where there is nothing', () => {
    printPatchReport({ images: {}, malformed: [], duplicates: 0, ignored: {}, findings: 0, undeclared: {} });
    expect(visible()).toBe('No finding is about a golden image: nothing to do.');
  });

  it('list ten malformed records and count the rest', () => {
    printMalformed(Array.from({ length: 12 }, (_one, line) => ({ source: 'f', line, path: '', message: 'is bad' })));
    expect(written.split('\n').slice(0, -1)).toHaveLength(11);
    expect(visible()).toContain('f:0: record is bad');
    expect(visible()).toContain('and 2 more');
  });

  it('of replay have nothing in them that steers, whatever the findings said', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'output-'));
    try {
      jest.spyOn(process, 'cwd').mockReturnValue(directory);
      const file = join(directory, 'findings.json');
      const repository = (repositoryName: string): Record<string, unknown> => ({
        resources: [ecrResource({ repositoryName })],
      });
      const fixless = inspectorPackage({ fixedInVersion: 'NotAvailable' });
      const findings = [
        inspectorFinding(undefined, repository('a\u001b[2J\u202eb')),
        inspectorFinding([fixless], repository('a\u001b[2J\u202eb')),
        inspectorFinding([inspectorPackage({ name: HOSTILE })], repository('golden/other')),
        inspectorFinding([inspectorPackage({ fixedInVersion: HOSTILE })]),
        inspectorFinding(),
      ];
      writeFileSync(file, JSON.stringify({ findings }));
      await buildProgram().parseAsync(['node', 'golden-images', 'replay', '--findings', file, '--at', '2024-06-01']);
      expect(visible()).toContain('golden/debian-12: 1 patch, 1 build');
      expect(visible()).not.toMatch(STEERING);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('the log', () => {
  it('is of warnings and errors; verbose is of everything', () => {
    for (const logger of [consoleLogger(false), consoleLogger(true)]) {
      logger.debug('d');
      logger.info('i');
      logger.warn('w', { at: 1, text: HOSTILE });
      logger.error('e', { list: [HOSTILE] });
    }
    expect(visible().match(/\b[diwe]\b/g)).toHaveLength(6);
    expect(visible()).not.toMatch(STEERING);
  });

  it('takes a fact without a value', () => {
    expect(() => {
      consoleLogger(false).warn('build failed', { detail: undefined });
    }).not.toThrow();
  });

  it('and progress go to standard error', () => {
    const out = jest.spyOn(process.stdout, 'write');
    progress(HOSTILE);
    expect(out).not.toHaveBeenCalled();
    expect(visible()).not.toMatch(STEERING);
  });
});

describe('errors', () => {
  it.each([
    [new BadInputError('bad', { hint: 'do this' }), 2],
    [new GoldenImagesError('refused', 'no'), 1],
    [new EngineError('no engine'), 3],
    [new GoldenImagesError('proof', 'gone'), 4],
    [new GoldenImagesError('internal', 'oops'), 70],
    [new Error('oops'), 70],
    ['text', 70],
    [Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }), 70],
  ])('%s has exit code %i', (error, code) => {
    expect(reportError(error, false)).toBe(code);
    expect(written).toMatch(/error:/);
    expect(written).not.toContain('    at ');
  });

  it('tell what to do, harmlessly, and where it came from only on demand', () => {
    const error = new BadInputError(`${HOSTILE}\nsecond line`, { hint: HOSTILE, cause: new Error('beneath') });
    reportError(error, false);
    expect(visible()).not.toMatch(STEERING);
    expect(written.split('\n').length).toBeGreaterThanOrEqual(3);
    expect(written).not.toContain('beneath');
    reportError(error, true);
    expect(written).toContain('beneath');
  });
});
