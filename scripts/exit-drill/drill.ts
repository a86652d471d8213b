import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from '../../adapters/local/run-command';
import { EngineError } from '../../domain/errors';
import { deterministicZip } from '../bundle/deterministic-zip';
import { withFork } from './aliases';
import type { CheckoutCopy } from './checkout-copy';
import { copyCheckout } from './checkout-copy';
import type { Difference } from './compare-stacks';
import { compareStacks } from './compare-stacks';
import { findSubjects, synthesize } from './synthesize';

/** Milliseconds that each step may take. */
const INSTALL_LIMIT = 600_000;
const CHECK_LIMIT = 300_000;

/** What a drill found. */
export interface DrillResult {
  /** Stacks that were synthesized by both. */
  readonly stacks: readonly string[];
  readonly differences: readonly Difference[];
}

/** How a drill is run. */
export interface DrillOptions {
  /** A checkout with `node_modules`. */
  readonly checkout: string;
  /** Also runs the tests of the synthesized stacks on the fork. */
  readonly tests: boolean;
  /** Told at the start of each step. */
  readonly onStep: (step: string) => void;
}

/**
 * Leaves cdktf for its fork in a temporary copy of the checkout: installs, checks types, synthesizes, tests, and compares
 * with what cdktf synthesizes. The checkout stays as it is.
 * @throws EngineError with what the tool says where a step fails
 */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const checkout = resolve(options.checkout);
  const copies: CheckoutCopy[] = [];
  const copy = async (): Promise<string> => {
    const made = await copyCheckout(checkout);
    copies.push(made);
    writeStandIns(made.directory);
    return made.directory;
  };
  try {
    options.onStep('copying the checkout');
    const [original, fork] = [await copy(), await copy()];
    symlinkSync(join(checkout, 'node_modules'), join(original, 'node_modules'));
    await moveToFork(fork, options);
    return await compare(original, fork, options);
  } finally {
    for (const made of copies) made.remove();
  }
}

/** The functions' code makes no difference here, so it is not bundled: any file under its name will do. */
function writeStandIns(directory: string): void {
  const zips = join(directory, 'dist/functions');
  mkdirSync(zips, { recursive: true });
  for (const entry of readdirSync(join(directory, 'functions'), { withFileTypes: true }))
    if (entry.isDirectory())
      writeFileSync(join(zips, `${entry.name}.zip`), deterministicZip({ 'index.js': new Uint8Array() }));
}

/** The package `node` links its binary when it is installed; without install scripts, the one that runs this will do. */
function linkNode(directory: string): void {
  const link = join(directory, 'node_modules/.bin/node');
  if (!existsSync(link)) symlinkSync(process.execPath, link);
}

async function moveToFork(fork: string, { tests, onStep }: DrillOptions): Promise<void> {
  const manifest = join(fork, 'package.json');
  writeFileSync(manifest, withFork(readFileSync(manifest, 'utf8')));
  onStep('installing the fork under the old names');
  // No install scripts: nothing that they build is needed here.
  await step(
    'npm install',
    fork,
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'],
    INSTALL_LIMIT,
  );
  linkNode(fork);
  onStep('checking types');
  await step('tsc', fork, process.execPath, ['node_modules/typescript/bin/tsc'], CHECK_LIMIT);
  if (!tests) return;
  onStep('running the tests of the stacks');
  // But for the one that has the provider look at every stack: it takes minutes, and what it sees is compared below.
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    'synth',
    '--testPathIgnorePatterns',
    'terraform-check',
  ];
  await step('jest', fork, process.execPath, ['--disable-warning=ExperimentalWarning', ...jest], CHECK_LIMIT);
}

async function compare(original: string, fork: string, { onStep }: DrillOptions): Promise<DrillResult> {
  onStep('synthesizing with both');
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const subject of findSubjects(original)) {
    for (const [stack, text] of await synthesize(original, subject)) before.set(stack, text);
    for (const [stack, text] of await synthesize(fork, subject)) after.set(stack, text);
  }
  return { stacks: [...before.keys()].sort(), differences: compareStacks(before, after) };
}

async function step(
  name: string,
  cwd: string,
  command: string,
  args: readonly string[],
  timeout: number,
): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args, { cwd, timeout });
  if (code !== 0)
    throw new EngineError(`${name} fails with the fork:\n${`${stdout}${stderr}`.trim().slice(-8000)}`, {
      hint: 'docs/adr/0007-leaving-cdktf.md says what moving needs',
    });
}
