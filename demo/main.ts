import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import { chooseEngine } from '../adapters/local/engine/choose-engine';
import type { Engine } from '../adapters/local/engine/engine';
import { runCommand } from '../adapters/local/run-command';
import { reportError } from '../cli/output/report-error';
import { table } from '../cli/output/table';
import { buildProgram } from '../cli/program';
import { openStateDirectory } from '../cli/run/state-directory';
import { isFindingItem } from '../domain/table/finding-item';
import { isHeadItem } from '../domain/table/head-item';
import { imagePartition } from '../domain/table/keys';
import { isPatchItem } from '../domain/table/patch-item';
import type { InspectorFindingEvent } from './inspector-events';
import { toJsonLines } from './inspector-events';
import { makeBase } from './make-base';
import { findPendingUpdates, toInspectorEvents } from './pending-updates';

/** Amazon Inspector's own findings of `debian:stable-20240130` (source and licence: __tests__/fixtures/SOURCES.md). */
const REAL_FINDINGS = '__tests__/fixtures/inspector-events/debian_stable-20240130.jsonl';
/** The image that those findings are about, where a registry is in reach. */
const REAL_IMAGE = 'public.ecr.aws/docker/library/debian:bookworm-20240130-slim';
/** The demo's findings, state and configuration; deleted at each start. */
const DIRECTORY = '.demo';
/** Bytes of packages that are downloaded to learn CVE ids from their changelogs. */
const CHANGELOG_BYTES = 30_000_000;

/** What the demo patches: a base that the engine can use, and findings about it. */
interface Setting {
  readonly base: string;
  readonly findings: readonly string[];
}

async function demo(): Promise<void> {
  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true });
  const engine = await chooseEngine('auto');
  say(
    engine === undefined
      ? 'No container engine works here: the demo stops after the signal.'
      : `Engine: ${engine.name}`,
  );
  const setting = await prepare(engine);
  const args = ['patch', '--config', 'demo/golden-images.yaml', '--state', join(DIRECTORY, 'state')];
  const patch = [
    ...args,
    '--findings',
    ...setting.findings,
    '--base',
    setting.base,
    '--engine',
    engine?.name ?? 'none',
  ];
  await show(patch);
  if (engine === undefined) {
    say('To go on: install buildah (or podman, or docker), then run `make demo` again.');
    return;
  }
  say('The same command again:');
  await show(patch);
  say('Why is a finding in its state?');
  await show(['explain', 'CVE-2024-2961', '--state', join(DIRECTORY, 'state')]);
  await summarize();
}

/** The real image where a registry is in reach; else a real Debian, made from the machine's own package mirror. */
async function prepare(engine: Engine | undefined): Promise<Setting> {
  say(`Findings: Amazon Inspector's own, of debian:stable-20240130 (${REAL_FINDINGS})`);
  if (engine === undefined) return { base: REAL_IMAGE, findings: [REAL_FINDINGS] };
  if (await canPull(engine)) {
    say(`Base: ${REAL_IMAGE}, the image that they are about`);
    return { base: REAL_IMAGE, findings: [REAL_FINDINGS] };
  }
  say("Base: no registry is in reach, so a real Debian 12 is made from this machine's package mirror (about 30 s)");
  const base = await makeBase();
  const pending = await findPendingUpdates(base, { changelogBytes: CHANGELOG_BYTES });
  const file = join(DIRECTORY, 'pending-updates.jsonl');
  await writeFile(file, toJsonLines(toInspectorEvents(pending, await factsOfRealImage())));
  say(
    `Findings of that base, newer than those of 2024: its ${pending.length} sources with pending security updates (${file})`,
  );
  return { base, findings: [REAL_FINDINGS, file] };
}

async function canPull(engine: Engine): Promise<boolean> {
  const pull = await runCommand(engine.name, ['pull', REAL_IMAGE], { timeout: 120_000 }).catch(() => undefined);
  return pull?.code === 0;
}

/** Both findings files speak of one digest, so that neither is stale. */
async function factsOfRealImage(): Promise<Parameters<typeof toInspectorEvents>[1]> {
  const [line = ''] = (await readFile(REAL_FINDINGS, 'utf8')).split('\n');
  const event = JSON.parse(line) as InspectorFindingEvent;
  const image = event.detail.resources[0]?.details.awsEcrContainerImage;
  if (image === undefined) throw new Error(`${REAL_FINDINGS} names no image`);
  return {
    repository: image.repositoryName,
    digest: image.imageHash,
    imageTags: image.imageTags,
    platform: image.platform,
    region: event.region,
    account: event.account,
    now: new Date(),
  };
}

/** What was fixed, what is left and why, and where everything lies. */
async function summarize(): Promise<void> {
  const state = await openStateDirectory(join(DIRECTORY, 'state'));
  try {
    const items = await state.table.query(imagePartition('debian-12'));
    const counts = new Map<string, number>();
    for (const { state: verdict, reason } of items.filter(isFindingItem)) {
      const key = `${verdict}\t${reason ?? ''}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const rows = [...counts].sort().map(([key, count]) => [...key.split('\t'), String(count)]);
    process.stdout.write(`\n${table(['STATE', 'WHY', 'FINDINGS'], rows)}\n`);
    const patch = items.filter(isPatchItem).at(-1);
    const promoted = items.find(isHeadItem)?.promoted;
    const places = [
      ['image', promoted?.reference],
      ['script', patch?.scriptUri],
      ['evidence', patch?.evidenceUri],
    ];
    for (const [what = '', where] of places)
      if (where !== undefined)
        process.stdout.write(`${what.padEnd(9)}${what === 'image' ? where : join(DIRECTORY, 'state', where)}\n`);
  } finally {
    state.close();
  }
}

async function show(args: readonly string[]): Promise<void> {
  process.stdout.write(`\n${pc.bold(`$ golden-images ${args.join(' ')}`)}\n`);
  await buildProgram().parseAsync(['node', 'golden-images', ...args]);
}

function say(text: string): void {
  process.stdout.write(`${pc.cyan('#')} ${text}\n`);
}

void (async (): Promise<void> => {
  try {
    await demo();
  } catch (error) {
    process.exitCode = reportError(error, process.argv.includes('--verbose'));
  }
})();
