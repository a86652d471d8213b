import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecked, runCommand } from '../adapters/local/run-command';
import { toJsonLines } from '../demo/inspector-events';
import { makeBase } from '../demo/make-base';
import type { PendingSource } from '../demo/pending-updates';
import { findPendingUpdates, toInspectorEvents } from '../demo/pending-updates';
import { figure, median, milliseconds } from './timing';

const BASE = 'localhost/golden-images-bench:base';
const REPOSITORY = 'golden/bench';
const RUNS = 3;
/** Findings of the run without an engine. */
const FINDINGS = 1000;

/**
 * Wall time of `patch` against a bare `buildah build` with `apt-get install` of the same packages, alternating in one
 * run; and the time of `patch` without an engine.
 */
export async function benchPatch(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-bench-'));
  try {
    const base = await makeBase();
    const pending = await findPendingUpdates(base);
    await importBase(base, directory);
    const findings = join(directory, 'findings.jsonl');
    await writeFile(findings, toJsonLines(toInspectorEvents(pending, facts())));

    const bare: number[] = [];
    const own: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      bare.push(
        await milliseconds(async () => {
          await bareBuild(pending, directory);
        }),
      );
      own.push(
        await milliseconds(async () => {
          await patch(findings, join(directory, `state-${run}`), 'buildah');
        }),
      );
    }
    figure(`patch: bare buildah and apt-get, ${pending.length} sources`, `${(median(bare) / 1000).toFixed(2)} s`);
    figure('patch: golden-images patch, same packages', `${(median(own) / 1000).toFixed(2)} s`);
    figure('patch: ratio', `× ${(median(own) / median(bare)).toFixed(2)}`, 'aim ≤ 1.25');

    const many = join(directory, 'many.jsonl');
    await writeFile(many, await realFindings(FINDINGS));
    const alone: number[] = [];
    const startup: number[] = [];
    for (let run = 0; run < 2 * RUNS; run++) {
      startup.push(
        await milliseconds(async () => {
          await cli(['--help']);
        }),
      );
      alone.push(
        await milliseconds(async () => {
          await patch(many, join(directory, `alone-${run}`), 'none');
        }),
      );
    }
    figure('patch: start of the CLI (--help)', `${(median(startup) / 1000).toFixed(2)} s`);
    figure(`patch: ${FINDINGS} findings without an engine`, `${(median(alone) / 1000).toFixed(2)} s`, 'aim ≤ 0.50 s');
  } finally {
    await rm(directory, { recursive: true, force: true });
    await runCommand('buildah', ['rmi', '--force', BASE, 'localhost/golden-images-bench:bare']);
  }
}

async function importBase(tar: string, directory: string): Promise<void> {
  await writeFile(join(directory, 'Dockerfile'), 'FROM scratch\nADD rootfs.tar /\n');
  await runChecked('cp', [tar, join(directory, 'rootfs.tar')]);
  await build(directory, BASE);
  await rm(join(directory, 'rootfs.tar'));
}

async function bareBuild(pending: readonly PendingSource[], directory: string): Promise<void> {
  const names = pending.flatMap((source) => source.binaries.map((binary) => binary.binary)).join(' ');
  const commands = `apt-get update && apt-get install -y --only-upgrade --no-install-recommends ${names} && apt-get clean && rm -rf /var/lib/apt/lists/*`;
  await writeFile(join(directory, 'Dockerfile'), `FROM ${BASE}\nRUN DEBIAN_FRONTEND=noninteractive; ${commands}\n`);
  await build(directory, 'localhost/golden-images-bench:bare');
}

async function build(context: string, tag: string): Promise<void> {
  const flags = ['--isolation', 'chroot', '--layers=false', '--pull-never', '--no-hosts'];
  await runChecked('buildah', ['build', ...flags, '--tag', tag, context], { logFile: join(context, 'build.log') });
}

async function patch(findings: string, state: string, engine: string): Promise<void> {
  await cli(['patch', '--findings', findings, '--base', BASE, '--state', state, '--engine', engine, '--json']);
}

async function cli(args: readonly string[]): Promise<void> {
  await runChecked(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/golden-images.mjs', ...args]);
}

/** Real findings, repeated under other vulnerability ids until there are enough. */
async function realFindings(count: number): Promise<string> {
  const text = await readFile('__tests__/fixtures/inspector-events/golang_latest.jsonl', 'utf8');
  const lines = text.trim().split('\n');
  return Array.from({ length: count }, (_, index) => {
    const line = lines[index % lines.length] ?? '';
    return index < lines.length ? line : line.replaceAll(/CVE-(\d{4})-(\d+)/g, 'CVE-$1-9$2');
  }).join('\n');
}

function facts(): Parameters<typeof toInspectorEvents>[1] {
  return {
    repository: REPOSITORY,
    digest: `sha256:${'b'.repeat(64)}`,
    imageTags: ['stable'],
    platform: 'DEBIAN_12',
    region: 'us-east-1',
    account: '123456789012',
    now: new Date(),
  };
}
