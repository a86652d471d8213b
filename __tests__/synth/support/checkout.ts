import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FUNCTIONS } from '../../../stacks/patching-stack/functions';

const CHECKOUT = join(__dirname, '../../..');
/** What a synthesis of the example estate reads. */
const SOURCES = [
  'adapters',
  'cli',
  'domain',
  'functions',
  'main.ts',
  'modules',
  'scripts',
  'stacks',
  'cdktf.json',
  'golden-images.yaml',
  'package.json',
  'tsconfig.json',
];

/** Makes a checkout of its own, with this one's dependencies and with stand-ins for the functions' code. */
export function makeCheckout(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const source of SOURCES) cpSync(join(CHECKOUT, source), join(directory, source), { recursive: true });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(directory, 'node_modules'));
  mkdirSync(join(directory, 'dist/functions'), { recursive: true });
  for (const { name } of FUNCTIONS) writeFileSync(join(directory, 'dist/functions', `${name}.zip`), name);
}

/** Every file below a folder. @returns its bytes by its path from there, in the order of the paths */
export function filesBelow(directory: string): Map<string, Buffer> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  return new Map(files.map((file) => [relative(directory, file), readFileSync(file)]));
}
