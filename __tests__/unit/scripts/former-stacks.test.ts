import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFormerStacks, synthesizedStacks } from '../../../scripts/former-stacks';

let root: string;
let output: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'golden-images-former-'));
  output = join(root, 'cdktf.out');
  mkdirSync(output);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Leaves what a synthesis of these stacks leaves. */
function synthesize(...names: readonly string[]): void {
  const stacks = Object.fromEntries(names.map((name) => [name, { name, workingDirectory: `stacks/${name}` }]));
  writeFileSync(join(output, 'manifest.json'), JSON.stringify({ version: '0.21.0', stacks }));
  for (const name of names) {
    mkdirSync(join(output, 'stacks', name, '.terraform'), { recursive: true });
    for (const file of ['cdk.tf.json', 'tfplan']) writeFileSync(join(output, 'stacks', name, file), '{}');
  }
}
const folders = (): readonly string[] => readdirSync(join(output, 'stacks')).sort();

it('stacks of another environment go, with their plans', () => {
  synthesize('patching-prod', 'images-prod', 'scanning-prod');
  const former = synthesizedStacks(output);
  synthesize('patching-dev', 'images-dev');
  expect(removeFormerStacks(output, former)).toEqual(['patching-prod', 'images-prod', 'scanning-prod']);
  expect(folders()).toEqual(['images-dev', 'patching-dev']);
});

it('a stack that is not wanted any more goes, and the others stay with what Terraform keeps there', () => {
  synthesize('scanning-prod', 'patching-prod');
  const former = synthesizedStacks(output);
  synthesize('patching-prod');
  expect(removeFormerStacks(output, former)).toEqual(['scanning-prod']);
  expect(existsSync(join(output, 'stacks/patching-prod/.terraform'))).toBe(true);
});

it('the first synthesis, and one after a manifest that cannot be read, delete nothing', () => {
  expect(synthesizedStacks(join(root, 'nowhere'))).toEqual([]);
  for (const text of ['', '{', '[]', '{"stacks":{"patching-prod":7}}']) {
    writeFileSync(join(output, 'manifest.json'), text);
    expect(synthesizedStacks(output)).toEqual([]);
  }
});

it('nothing is deleted that is no stack of this project, or lies elsewhere', () => {
  mkdirSync(join(output, 'stacks/patching-old'), { recursive: true }); // no synthesis wrote it
  mkdirSync(join(output, 'stacks/network-prod'), { recursive: true });
  writeFileSync(join(output, 'stacks/network-prod/cdk.tf.json'), '{}');
  writeFileSync(join(root, 'cdk.tf.json'), '{}');
  const stacks = {
    'network-prod': { workingDirectory: 'stacks/network-prod' },
    'patching-old': { workingDirectory: 'stacks/patching-old' },
    'patching-up': { workingDirectory: '../..' },
    '../..': { workingDirectory: 'stacks/../..' },
    'images-..': { workingDirectory: 'stacks/images-..' },
  };
  writeFileSync(join(output, 'manifest.json'), JSON.stringify({ stacks }));
  const former = synthesizedStacks(output);
  expect(former).toEqual(['patching-old']);
  synthesize('patching-dev');
  expect(removeFormerStacks(output, former)).toEqual([]);
  expect(folders()).toEqual(['network-prod', 'patching-dev', 'patching-old']);
  expect(existsSync(join(root, 'cdk.tf.json'))).toBe(true);
});
