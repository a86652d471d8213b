import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../../..');
const DIRECTORY = join(ROOT, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { permissions: Record<string, string>; 'timeout-minutes': number; environment?: string; steps: Step[] }
  >;
}

const workflows = readdirSync(DIRECTORY).map((name) => {
  const text = readFileSync(join(DIRECTORY, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([job, definition]) => ({ job: `${name}: ${job}`, definition })),
);
const steps = jobs.flatMap(({ job, definition }) => definition.steps.map((step) => ({ job, step })));

test('there are those for tests, plan and apply', () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual(['apply.yml', 'ci.yml', 'plan.yml']);
});

test('actions of others are pinned by full commit, with the version beside it', () => {
  const uses = workflows.flatMap(({ text }) => text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line)));
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test('an action has the same commit everywhere', () => {
  const pins = new Map<string, Set<string>>();
  for (const { step } of steps) {
    const [action, commit] = step.uses?.split('@') ?? [];
    if (action !== undefined && commit !== undefined) pins.set(action, (pins.get(action) ?? new Set()).add(commit));
  }
  expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
});

test('no workflow has rights by default, and every job says its own, the least', () => {
  for (const { workflow } of workflows) expect(workflow.permissions).toEqual({});
  expect(Object.fromEntries(jobs.map(({ job, definition }) => [job, definition.permissions]))).toEqual({
    'ci.yml: test': { contents: 'read' },
    'ci.yml: exit-drill': { contents: 'read' },
    'plan.yml: plan': { contents: 'read', 'id-token': 'write' },
    'plan.yml: comment': { 'pull-requests': 'write' },
    'apply.yml: plan': { contents: 'read', 'id-token': 'write' },
    'apply.yml: apply': { contents: 'read', 'id-token': 'write' },
  });
});

test('every job has an end', () => {
  for (const { job, definition } of jobs) expect([job, definition['timeout-minutes'] > 0]).toEqual([job, true]);
});

test('no workflow needs secrets, or runs with another’s rights on a pull request', () => {
  for (const { name, text, workflow } of workflows) {
    expect([name, /\$\{\{[^}]*secrets/.test(text)]).toEqual([name, false]);
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  }
});

test('no shell text is put together from an event: it comes by variables', () => {
  expect(steps.filter(({ step }) => step.run?.includes('${{') === true)).toEqual([]);
});

test('only the job that was approved gets the role that applies', () => {
  const applying = jobs.filter(({ definition }) => JSON.stringify(definition.steps).includes('AWS_APPLY_ROLE'));
  expect(applying.map(({ job, definition }) => [job, definition.environment])).toEqual([
    ['apply.yml: apply', 'production'],
  ]);
});

test('credentials come after everything that installs or builds', () => {
  for (const { job, definition } of jobs) {
    const credentials = definition.steps.findIndex(({ uses }) => uses?.startsWith('aws-actions/') === true);
    const install = definition.steps.findIndex(({ run }) => run?.startsWith('npm ci') === true);
    if (credentials >= 0) expect([job, install < credentials]).toEqual([job, true]);
  }
});

describe('what workflows and docs/deploying.md tell to run', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const guide = readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8');
  const told = [...workflows.map(({ text }) => text), guide].join('\n');
  const names = [
    ...new Set([...told.matchAll(/npm run (?:--silent )?([a-z-]+)/g)].map((match) => match[1] ?? '')),
  ].sort();

  test('only stacks of the last synthesis are applied, by its manifest', () => {
    const apply = readFileSync(join(DIRECTORY, 'apply.yml'), 'utf8');
    for (const text of [apply, guide]) {
      expect(text).not.toContain('stacks/*');
      const [, script = ''] = /stacks=\$\(node -p "(.*?)"\)/.exec(text) ?? [];
      const manifest = { stacks: { 'images-prod': {}, 'patching-prod': {}, 'scanning-prod': {} } };
      const root = mkdtempSync(join(tmpdir(), 'golden-images-loop-'));
      try {
        mkdirSync(join(root, 'cdktf.out'));
        writeFileSync(join(root, 'cdktf.out/manifest.json'), JSON.stringify(manifest));
        const said = execFileSync(process.execPath, ['-p', script], { cwd: root, encoding: 'utf8' });
        expect(said).toBe('scanning-prod patching-prod images-prod\n');
      } finally {
        rmSync(root, { recursive: true });
      }
    }
  });

  test.each(names)('npm run %s is there', (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });

  test('the policies in the guide are JSON, and admit nobody with a wildcard', () => {
    const blocks = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(
      (match) => JSON.parse(match[1] ?? '') as { Statement: { Action: string | string[] }[] },
    );
    expect(blocks).toHaveLength(2);
    const subjects = JSON.stringify(blocks[0]);
    expect(subjects).toContain('repo:example-org/golden-images:pull_request');
    expect(subjects).not.toContain('*');
    const actions = blocks[1]?.Statement[0]?.Action ?? [];
    // Reading data is not planning.
    for (const action of [
      's3:GetObject',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'kms:Decrypt',
      'ecr:BatchGetImage',
    ])
      expect(actions).not.toContain(action);
    expect([actions].flat().filter((action) => !/:(?:Describe|List|Get|BatchGet)/.test(action))).toEqual([]);
  });
});
