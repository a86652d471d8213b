import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecked } from '../../adapters/local/run-command';
import { runPlan } from '../../scripts/plan/command';
import { describeWithTools } from '../support/requires-tool';

/** Stacks of `terraform_data`, which is built into Terraform: no provider, no account, but real plans. */
describeWithTools(['terraform'], 'npm run plan, with a real Terraform', () => {
  let output: string;
  const write = (stack: string, resources: object): void => {
    const text = {
      terraform: { backend: { local: { path: 'terraform.tfstate' } } },
      resource: { terraform_data: resources },
    };
    mkdirSync(join(output, 'stacks', stack), { recursive: true });
    writeFileSync(join(output, 'stacks', stack, 'cdk.tf.json'), JSON.stringify(text));
  };
  const run = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
    const said = { out: '', err: '' };
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.err += String(text);
      return true;
    });
    const code = await runPlan(['--output', output, ...argv], {
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      color: false,
    });
    stderr.mockRestore();
    return { code, ...said };
  };
  const apply = async (stack: string): Promise<void> => {
    await runChecked('terraform', [`-chdir=${join(output, 'stacks', stack)}`, 'apply', '-input=false', 'tfplan']);
  };

  beforeAll(() => {
    output = mkdtempSync(join(tmpdir(), 'golden images plan '));
    const stacks = Object.fromEntries(
      ['patching-dev', 'images-dev'].map((stack) => [stack, { workingDirectory: `stacks/${stack}` }] as const),
    );
    writeFileSync(join(output, 'manifest.json'), JSON.stringify({ stacks }));
    write('images-dev', { 'image-debian-12_repository_01': { input: 'a' }, key: { input: 'k' } });
    write('patching-dev', { table: { input: 't' } });
  });
  afterAll(() => {
    rmSync(output, { recursive: true });
  });

  test('plans every stack, and leaves the plan for terraform apply', async () => {
    const first = await run('--summary');
    expect(first).toEqual({
      code: 0,
      out: `images-dev: 2 to create
  shared: 1 to create
    + terraform_data
  debian-12: 1 to create
    + terraform_data

patching-dev: 1 to create
  shared: 1 to create
    + terraform_data
`,
      err: '',
    });
    for (const stack of ['images-dev', 'patching-dev']) await apply(stack);
    expect((await run('--summary')).out).toBe('images-dev: no changes\n\npatching-dev: no changes\n');
  });

  test('says what changes, what is replaced and what goes', async () => {
    write('images-dev', { key: { input: 'other', triggers_replace: 'x' } });
    const { out } = await run('--summary', '--stack', 'images-dev');
    // An id of terraform_data is a random UUID.
    expect(out.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'))
      .toBe(`images-dev: 1 to destroy, 1 to replace
  shared: 1 to replace
    -/+ terraform_data.key: ID; forced by triggers_replace
  debian-12: 1 to destroy
    - terraform_data.image-debian-12_repository_01: ID
`);
  });

  test('shows Terraform’s own plan too, on standard error, without --summary', async () => {
    const { out, err } = await run('--stack', 'patching-dev', '--destroy');
    expect(out).toContain('patching-dev: 1 to destroy');
    expect(err).toContain('# terraform_data.table will be destroyed');
  });

  test('says which stack Terraform refuses, and why', async () => {
    write('patching-dev', { table: { input: '${nothing.here}' } });
    const { code, out, err } = await run('--summary');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('patching-dev: terraform plan failed');
    expect(err).toContain('Reference to undeclared resource');
  });

  test('says how to lift the protection of what is protected', async () => {
    write('patching-dev', { table: { input: 't', lifecycle: { prevent_destroy: true } } });
    const { code, err } = await run('--summary', '--stack', 'patching-dev', '--destroy');
    expect(code).toBe(1);
    expect(err).toContain('Instance cannot be destroyed');
    expect(err).toContain('removalProtection: false');
  });

  test('knows which stacks there are', async () => {
    const { code, err } = await run('--stack', 'images-prod');
    expect(code).toBe(1);
    expect(err).toContain('there is no stack images-prod');
    expect(err).toContain('images-dev, patching-dev');
  });
});
