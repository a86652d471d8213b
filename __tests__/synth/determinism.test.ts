import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { filesBelow, makeCheckout } from './support/checkout';

const NODE = join(__dirname, '../../node_modules/.bin/node');

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'golden-images-determinism-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Synthesizes in a checkout of its own. @returns the hash of every file that came out */
function synthesizeIn(directory: string, timeZone: string): Record<string, string> {
  makeCheckout(directory);
  return runMain(directory, timeZone, 'prod');
}

function runMain(directory: string, timeZone: string, environment: string): Record<string, string> {
  execFileSync(NODE, ['--import', 'tsx', 'main.ts'], {
    cwd: directory,
    env: { ...process.env, TZ: timeZone, ENVIRONMENT: environment, CDKTF_OUTDIR: 'cdktf.out' },
  });
  return Object.fromEntries(
    [...filesBelow(join(directory, 'cdktf.out'))].map(([file, bytes]) => [
      `cdktf.out/${file}`,
      createHash('sha256').update(bytes).digest('hex'),
    ]),
  );
}

it('another folder and another time zone give the same files, to the byte', () => {
  const here = synthesizeIn(join(scratch, 'here'), 'America/New_York');
  const there = synthesizeIn(join(scratch, 'a longer way', 'there'), 'Asia/Tokyo');
  expect(there).toEqual(here);
  expect(Object.keys(here)).toEqual(
    expect.arrayContaining(
      ['images-prod', 'patching-prod', 'scanning-prod'].map((stack) => `cdktf.out/stacks/${stack}/cdk.tf.json`),
    ),
  );
  expect(Object.keys(here).filter((file) => file.endsWith('.zip'))).toHaveLength(FUNCTIONS.length + 1);
});

it('a synthesis of another environment leaves nothing of the one before: its plan would be applied, too', () => {
  const directory = join(scratch, 'kept');
  makeCheckout(directory);
  runMain(directory, 'UTC', 'prod');
  writeFileSync(join(directory, 'cdktf.out/stacks/patching-prod/tfplan'), 'an old plan');
  runMain(directory, 'UTC', 'dev');
  expect(readdirSync(join(directory, 'cdktf.out/stacks')).sort()).toEqual(['images-dev', 'patching-dev']);
});
