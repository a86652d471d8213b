import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { BadInputError } from '../../../domain/errors';
import { buildEvaluateProgram } from '../../../evaluation/program';
import type { Report } from '../../../evaluation/report';
import { BEHAVIOURS } from '../../support/converse/behaviours';
import { startConverseServer } from '../../support/converse/converse-server';
import type { ConverseServer } from '../../support/converse/converse-server';

const REPLIES = '__tests__/evaluation/replies/handwritten';
const environment = { ...process.env };
let directory: string;
let written: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evaluate-'));
  written = '';
  const keep = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  process.exitCode = undefined;
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
  process.env = { ...environment };
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<string> {
  written = '';
  await buildEvaluateProgram().parseAsync(['node', 'evaluate', ...args]);
  return written;
}
async function json(...args: string[]): Promise<Report> {
  return JSON.parse(await run(...args, '--json')) as Report;
}

describe('recorded replies', () => {
  it('scores them: the same bytes each time, shares that add up, and a model that is not always right', async () => {
    const first = await run('--replies', REPLIES, '--json');
    expect(await run('--replies', REPLIES, '--json', '--concurrency', '1')).toBe(first);
    const { models, summary, cases } = JSON.parse(first) as Report;
    const { endings } = summary.all;
    expect(models).toEqual(['handwritten']);
    expect(Object.values(endings).reduce((sum, count) => sum + count)).toBe(cases.length);
    expect(endings.silent).toBe(0);
    expect(Math.min(endings.first, endings.repaired, endings.declined, endings['fell-back'])).toBeGreaterThan(0);
    expect(summary.all.right).toBeLessThan(cases.length);
    // What the model adds: with it more ends are right than with rules alone.
    expect(summary.all.endRight).toBeGreaterThan(summary.all.rulesRight);
    expect(process.exitCode).toBeUndefined();
  });

  it('prints a table for people, with the share that needed repair or fell back', async () => {
    const text = await run('--replies', REPLIES, '--ecosystem', 'apk');
    expect(text).toMatch(/^apk-alpine-origins +first/m);
    expect(text).toMatch(/^all +12 +/m);
    expect(text).not.toContain('apt-');
    expect(text).toMatch(/Of 12 cases, \d+ \(\d+ %\) needed a repair or fell back to rules/);
  });

  it('scores chosen cases only', async () => {
    const { cases } = await json('--replies', REPLIES, '--case', 'dnf-epoch', 'apt-arm64');
    expect(cases.map((one) => one.case)).toEqual(['apt-arm64', 'dnf-epoch']);
  });

  it('writes Markdown into a new file, and again between the markers of an old one', async () => {
    const file = join(directory, 'scores.md');
    await run('--replies', REPLIES, '--case', 'apt-arm64', '--markdown', file);
    const fresh = readFileSync(file, 'utf8');
    expect(fresh).toMatch(/^\| apt-arm64 \| repaired \|/m);
    writeFileSync(file, `# Before\n\n${fresh}\nAfter\n`);
    await run('--replies', REPLIES, '--case', 'dnf-epoch', '--markdown', file);
    const again = readFileSync(file, 'utf8');
    expect(again).toMatch(/^# Before\n[^]*\| dnf-epoch \|[^]*\nAfter\n$/);
    expect(again).not.toContain('apt-arm64');
    writeFileSync(file, '# No markers\n');
    await expect(run('--replies', REPLIES, '--case', 'dnf-epoch', '--markdown', file)).rejects.toThrow(
      'no part for the tables',
    );
  });

  it('docs/evaluation.md has the tables of the hand-written replies as the tool writes them now', async () => {
    const copy = join(directory, 'evaluation.md');
    const documented = readFileSync('docs/evaluation.md', 'utf8');
    writeFileSync(copy, documented);
    await run('--replies', REPLIES, '--markdown', copy);
    expect(readFileSync(copy, 'utf8')).toBe(documented);
    expect(documented).toContain('No live model has been measured yet.');
  });
});

describe('bad input', () => {
  const bad = async (...args: string[]): Promise<unknown> =>
    await run(...args).then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each<[string, string[], string]>([
    [
      'a directory that is not there',
      ['--replies', 'no/such/directory'],
      'cannot read the directory of replies no/such/directory',
    ],
    ['no cases', ['--replies', REPLIES, '--cases', REPLIES], `no cases in ${REPLIES}`],
    [
      'a directory of cases that is not there',
      ['--replies', REPLIES, '--cases', 'no/cases'],
      'cannot read the directory of cases no/cases',
    ],
    ['an unknown case', ['--replies', REPLIES, '--case', 'apt-arm65'], 'there is no case "apt-arm65"'],
    [
      'a case of another ecosystem',
      ['--replies', REPLIES, '--case', 'apt-arm64', '--ecosystem', 'dnf'],
      '--case and --ecosystem leave no case',
    ],
    ['nothing to score', [], 'nothing to score'],
  ])('%s', async (_, args, message) => {
    const error = await bad(...args);
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as Error).message).toBe(message);
  });

  it('names the cases that have no replies', async () => {
    const error = await bad('--replies', directory, '--case', 'apt-arm64', 'dnf-epoch');
    expect((error as Error).message).toBe(`no replies in ${directory} for 2 of 2 cases: apt-arm64, dnf-epoch`);
  });

  it('says where a reply file is wrong', async () => {
    const file = join(directory, 'apt-arm64.json');
    const reply = { stopReason: 'end_turn', inputTokens: -1, outputTokens: 0, latencyMilliseconds: 0 };
    writeFileSync(file, JSON.stringify({ case: 'apt-arm64', model: 'x', replies: [reply] }));
    expect(String(await bad('--replies', directory, '--case', 'apt-arm64'))).toContain('replies[0].inputTokens');
    writeFileSync(file, JSON.stringify({ case: 'apt-amd64', model: 'x', replies: [{ ...reply, inputTokens: 0 }] }));
    expect(String(await bad('--replies', directory, '--case', 'apt-arm64'))).toContain('is about the case apt-amd64');
    writeFileSync(file, '{');
    expect(String(await bad('--replies', directory, '--case', 'apt-arm64'))).toContain('is not JSON');
  });

  it('says where a case is wrong, and that two have one id', async () => {
    const corpus = join(directory, 'cases');
    const dnf = JSON.parse(readFileSync('__tests__/evaluation/cases/dnf.json', 'utf8')) as {
      cases: Record<string, unknown>[];
    };
    const [first] = dnf.cases;
    mkdirSync(corpus);
    writeFileSync(join(corpus, 'dnf.json'), JSON.stringify({ cases: [{ ...first, must: { upgrade: ['x'] } }] }));
    expect(String(await bad('--replies', REPLIES, '--cases', corpus))).toContain('cases[0].must');
    writeFileSync(join(corpus, 'dnf.json'), JSON.stringify({ cases: [first, first] }));
    expect(String(await bad('--replies', REPLIES, '--cases', corpus))).toContain('have the id dnf-al2023-high');
  });

  it.each<[string[]]>([
    [['--replies', REPLIES, '--model', 'x']],
    [['--replies', REPLIES, '--record', 'x']],
    [['--replies', REPLIES, '--concurrency', '0']],
    [['--replies', REPLIES, '--ecosystem', 'pacman']],
  ])('options that do not go together, or are none: %j', async (args) => {
    expect(await bad(...args)).toBeInstanceOf(CommanderError);
  });
});

describe('a model', () => {
  let server: ConverseServer;
  beforeEach(async () => {
    server = await startConverseServer(BEHAVIOURS.good);
    Object.assign(process.env, server.environment);
  });
  afterEach(async () => {
    await server.close();
  });
  const ASK = ['--model', 'us.anthropic.claude-sonnet-4-6', '--case', 'apt-arm64', 'apk-pin-in-world'];

  it('is asked, and what it answers is recorded so that it scores the same again', async () => {
    const record = join(directory, 'replies');
    const live = await json(...ASK, '--record', record);
    expect(live.models).toEqual(['us.anthropic.claude-sonnet-4-6']);
    expect(live.summary.all).toMatchObject({ cases: 2, endings: { first: 2 }, right: 2 });
    expect(live.summary.all.inputTokens).toBeGreaterThan(0);
    expect(readdirSync(record).sort()).toEqual(['apk-pin-in-world.json', 'apt-arm64.json']);
    expect(server.paidAnswers()).toBe(2);
    expect(await json('--replies', record, '--case', 'apt-arm64', 'apk-pin-in-world')).toEqual(live);
    expect(server.paidAnswers()).toBe(2);
  });

  it('that refuses the questions gives no answer: exit code 1', async () => {
    server.behave(BEHAVIOURS['input-too-long']);
    const { summary, cases } = await json(...ASK);
    expect(summary.all.endings.silent).toBe(2);
    expect(cases.map((one) => one.silence)).toEqual(['rejected', 'rejected']);
    expect(process.exitCode).toBe(1);
  });

  it.each<[string, readonly string[], string, string]>([
    [
      'credentials',
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
      'there are no valid AWS credentials',
      'AWS_PROFILE',
    ],
    ['the region', ['AWS_REGION'], 'no usable AWS region is set', '--region'],
  ])('without %s: an error that names it, and nothing is asked', async (_, missing, message, hint) => {
    process.env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !missing.includes(name)));
    const error: unknown = await run(...ASK).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as BadInputError).message).toContain(message);
    expect((error as BadInputError).hint).toContain(hint);
    expect(server.paidAnswers()).toBe(0);
  });
});
