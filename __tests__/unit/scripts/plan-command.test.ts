import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPlan } from '../../../scripts/plan/command';
import { planFile, planOf, resource } from './plan-samples';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...argv: string[]): Promise<Run> {
  const said = { out: '', err: '' };
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  const code = await runPlan(argv, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    color: false,
  });
  stderr.mockRestore();
  return { code, ...said };
}

describe('npm run plan --from', () => {
  let directory: string;
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'golden-images-plan-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test('ends with 0 where nothing stateful would be lost', async () => {
    expect(await run('--from', planFile('no-changes'))).toEqual({ code: 0, out: 'no-changes: no changes\n', err: '' });
    expect((await run('--from', planFile('first-deployment'))).code).toBe(0);
  });

  test('ends with 2 where something would, and with 0 if that is allowed', async () => {
    const refused = await run('--from', planFile('images-changed'));
    expect([refused.code, refused.err]).toEqual([
      2,
      '3 stateful resources would be lost, see above. If that is meant: --allow-destroy\n',
    ]);
    const allowed = await run('--from', planFile('images-changed'), '--allow-destroy');
    expect([allowed.code, allowed.err, allowed.out]).toEqual([0, '', refused.out]);
  });

  test.each([['--json'], ['--markdown']])('ends with the same code with %s', async (format) => {
    expect((await run('--from', planFile('destroy'), format)).code).toBe(2);
    expect((await run('--from', planFile('drift'), format)).code).toBe(0);
  });

  test('reads directories, by name, and calls stacks like their files', async () => {
    for (const stack of ['patching-prod', 'images-prod']) file(`${stack}.json`, JSON.stringify(planOf()));
    file('notes.txt', 'not a plan');
    expect((await run('--from', directory)).out).toBe('images-prod: no changes\n\npatching-prod: no changes\n');
  });

  test('prints JSON that says what is lost and what happens, and no value', async () => {
    const { out } = await run('--from', planFile('images-changed'), '--json');
    const { losses, stacks } = JSON.parse(out) as {
      losses: { address: string }[];
      stacks: { images: { image?: string }[] }[];
    };
    expect(losses.map(({ address }) => address)).toEqual([
      'aws_ecr_repository.image-alpine-322_repository_AD8D7DFB',
      'aws_ssm_parameter.image-alpine-322_signal_parameter_9F190113',
      'aws_ecr_repository.image-debian-12_repository_EA796AD8',
    ]);
    expect(stacks[0]?.images.map(({ image }) => image)).toEqual([
      undefined,
      'alpine-3.22',
      'amazonlinux-2023',
      'debian-12',
    ]);
    expect(out).not.toContain('Statement');
  });

  test.each([[[]], [['--json']], [['--markdown']]])('never prints a value, sensitive or not (%j)', async (format) => {
    const secret = 'hunter2-hunter2';
    const attributes = { name: secret, value: secret, tags: { [secret]: secret }, id: secret };
    const plan = planOf(
      resource('aws_ssm_parameter.changed', {
        before: attributes,
        after: { ...attributes, value: `${secret}!` },
        before_sensitive: { name: true, value: true, id: true },
        after_sensitive: { name: true, value: true, id: true },
      }),
      resource('aws_ssm_parameter.destroyed', {
        actions: ['delete'],
        before: attributes,
        after: null,
        before_sensitive: true,
      }),
      resource('aws_iam_role_policy.changed', { before: { policy: secret }, after: { policy: `${secret}!` } }),
    );
    const path = file(
      'plan.json',
      JSON.stringify({ ...plan, output_changes: { token: { actions: ['create'], after: secret } } }),
    );
    const { code, out, err } = await run('--from', path, ...format);
    expect(code).toBe(2);
    expect(out).toContain('aws_ssm_parameter.destroyed');
    expect(out + err).not.toContain(secret);
  });

  test.each([
    ['not JSON', '{', 'is not JSON'],
    ['a binary plan', 'PK\u0003\u0004', 'is not JSON'],
    ['something else', '[]', 'is not a plan as JSON'],
    ['a state', '{"format_version":"1.0","resource_changes":{}}', 'resource_changes'],
    ['another version of the format', '{"format_version":"2.0"}', 'is not version 1.x of the format'],
    ['a plan that failed', '{"format_version":"1.2","errored":true}', 'ended with an error'],
    [
      'a change without actions',
      '{"format_version":"1.2","resource_changes":[{"address":"a.b","type":"a","name":"b","change":{"actions":[]}}]}',
      'actions',
    ],
  ])('refuses %s, and says which file', async (_what, text, message) => {
    const { code, out, err } = await run('--from', file('broken.json', text));
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).toContain('broken.json');
    expect(err).toContain('hint:');
  });

  test('refuses what is not there, an empty directory, and two files of one name', async () => {
    expect(await run('--from', join(directory, 'nothing'))).toMatchObject({ code: 1, out: '' });
    expect((await run('--from', directory)).err).toContain('holds no .json file');
    for (const part of ['a', 'b']) mkdirSync(join(directory, part));
    const twice = ['a', 'b'].map((part) => file(join(part, 'images.json'), JSON.stringify(planOf())));
    expect((await run('--from', ...twice)).err).toContain('two files are called images.json');
  });
});

describe('npm run plan', () => {
  test.each([
    [['--sumary'], '--sumary'],
    [['stack'], 'too many arguments'],
    [['--json', '--markdown'], 'cannot be used with'],
    [['--from', 'x', '--stack', 'y'], 'cannot be used with'],
    [['--from', 'x', '--destroy'], 'cannot be used with'],
    [['--output', '/nonexistent'], 'there are no synthesized stacks in /nonexistent'],
  ])('refuses %j', async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
  });

  test('explains itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const option of ['--summary', '--from', '--allow-destroy', '--markdown', '--json', 'Exit codes'])
      expect(out).toContain(option);
  });
});
