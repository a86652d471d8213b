import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeWithTools } from '../support/requires-tool';
import { filesBelow, makeCheckout } from './support/checkout';

const BIN = join(__dirname, '../../node_modules/.bin');
const STACKS = ['images-prod', 'patching-prod', 'scanning-prod'];

/** Who is used to cdktf's own command line gets the same stacks from it as from `npm run synth`. */
describeWithTools(['npm'], 'the cdktf CLI', () => {
  let scratch: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'golden-images-cdktf-cli-'));
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it('synthesizes the same stacks as main.ts, to the byte', () => {
    const checkout = join(scratch, 'checkout');
    makeCheckout(checkout);
    const env = {
      ...process.env,
      ENVIRONMENT: 'prod',
      HOME: scratch,
      PATH: [BIN, process.env['PATH'] ?? ''].join(delimiter),
      CHECKPOINT_DISABLE: '1',
      CI: '1',
    };
    const run = (command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): string =>
      execFileSync(join(BIN, command), args, {
        cwd: checkout,
        env: { ...env, ...more },
        encoding: 'utf8',
        stdio: 'pipe',
      });

    // Below it are complaints, where the machine's settings of terraform have any.
    expect(run('cdktf', ['--version']).split('\n')[0]).toBe('0.21.0');
    const theirs = join(scratch, 'theirs');
    // cdktf.json has it run `npm run synth`, which bundles the functions first.
    run('cdktf', ['synth', '--output', theirs]);
    const ours = join(scratch, 'ours');
    run('node', ['--import', 'tsx', 'main.ts'], { CDKTF_OUTDIR: ours });

    for (const stack of STACKS) {
      const file = `stacks/${stack}/cdk.tf.json`;
      const json = readFileSync(join(theirs, file));
      expect(JSON.parse(json.toString())).toHaveProperty('resource');
      expect([stack, json.equals(readFileSync(join(ours, file)))]).toEqual([stack, true]);
    }
    // With them the zips that Terraform uploads, and what tells cdktf of the stacks.
    const [their, our] = [filesBelow(theirs), filesBelow(ours)];
    expect([...their.keys()]).toEqual([...our.keys()]);
    for (const [path, bytes] of our) expect([path, their.get(path)?.equals(bytes)]).toEqual([path, true]);
    expect(existsSync(join(checkout, 'cdktf.out'))).toBe(false);
  });
});
