import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeInspectorEvents, toJsonLines } from '../../demo/inspector-events';
import type { BundleRun, CliBundle } from '../support/cli-bundle';
import { bundleCli, runBundle } from '../support/cli-bundle';
import type { EndState } from '../support/kill/end-state';
import { readEndState } from '../support/kill/end-state';
import { makeFakeStore } from '../support/kill/fake-store';
import type { Report } from './support/report';

const PRELOAD = require.resolve('../support/kill/kill-at-effect.cjs');
const BASE = 'localhost/killed/debian:base';
/** Points that are tried at once. */
const PARALLEL = 2;
/** How many points there are to each whose repetition is repeated: that takes a third of the time. */
const THIRD_RUN_EVERY = 3;

const INSTALLED = { openssl: '3.0.14-1', libc6: '2.36-9+deb12u4', bash: '5.2.15-2', zlib1g: '1:1.2.13-1' };
const PATCHED = { ...INSTALLED, openssl: '3.0.17-1', libc6: '2.36-9+deb12u10' };
const LOG = [
  'STEP 2/2: RUN /run/golden-images-patch.sh',
  'golden-images-result {"ecosystem":"apt","package":"libc6","floor":"2.36-9+deb12u6","result":"fixed","binaries":[]}',
  'golden-images-result {"ecosystem":"apt","package":"openssl","floor":"3.0.15-1","result":"fixed","binaries":[]}',
  'golden-images-result {"ecosystem":"apt","package":"zlib1g","floor":"1:1.2.14-1","result":"residual",' +
    '"reason":"fix-not-in-repository","binaries":[]}',
  'golden-images-exit 0',
  '',
].join('\n');

let bundle: CliBundle;
let root: string;
let template: string;
let workspaces = 0;

beforeAll(async () => {
  bundle = await bundleCli();
  root = await mkdtemp(join(tmpdir(), 'golden-images-kill-'));
  template = join(root, 'template');
  await mkdir(template);
  await makeFakeStore(template, { base: BASE, installed: INSTALLED, patched: PATCHED, log: LOG });
  await writeFile(join(root, 'findings.jsonl'), toJsonLines(events()));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await bundle.remove();
});

function events(): ReturnType<typeof makeInspectorEvents> {
  return makeInspectorEvents(
    [
      {
        name: 'openssl',
        installed: '3.0.14-1',
        fixed: '3.0.15-1',
        vulnerabilities: ['CVE-2026-1001', 'CVE-2026-1002'],
      },
      { name: 'libc6', installed: '2.36-9+deb12u4', fixed: '2.36-9+deb12u6', vulnerabilities: ['CVE-2026-1003'] },
      { name: 'zlib1g', installed: '1:1.2.13-1', fixed: '1:1.2.14-1', vulnerabilities: ['CVE-2026-1004'] },
      { name: 'bash', installed: '5.2.15-2', vulnerabilities: ['CVE-2026-1005'] },
    ],
    {
      repository: 'golden/killed',
      digest: `sha256:${'c'.repeat(64)}`,
      imageTags: ['stable'],
      platform: 'DEBIAN_12',
      region: 'us-east-1',
      account: '123456789012',
      now: new Date('2026-05-01T00:00:00Z'),
    },
  );
}

/** A workspace of its own: the engine's store as it was in the beginning, no state. */
async function workspace(): Promise<string> {
  const directory = join(root, `w${String(++workspaces)}`);
  await cp(template, directory, { recursive: true });
  await mkdir(join(directory, 'tmp'));
  return directory;
}

async function patch(directory: string, killAt?: { at?: number; log?: string }): Promise<BundleRun> {
  const findings = join(root, 'findings.jsonl');
  const flags = ['--engine', 'buildah', '--base', BASE, '--json', '--state', join(directory, 'state')];
  return await runBundle(bundle, ['patch', '--findings', findings, ...flags], {
    nodeFlags: killAt === undefined ? [] : ['--require', PRELOAD],
    env: {
      PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`,
      TMPDIR: join(directory, 'tmp'),
      FAKE_STORE: join(directory, 'store'),
      ...(killAt?.at !== undefined && { KILL_AT: String(killAt.at) }),
      ...(killAt?.log !== undefined && { KILL_LOG: killAt.log }),
    },
  });
}

/** The side effects of an undisturbed run in order, and where it ends. */
async function undisturbed(): Promise<{ effects: string[]; end: EndState; run: BundleRun }> {
  const directory = await workspace();
  const log = join(directory, 'effects.log');
  const run = await patch(directory, { log });
  const effects = (await readFile(log, 'utf8')).trim().split('\n');
  return { effects, end: await readEndState(directory), run };
}

/** Kills a run at a point, runs again twice, and says what is wrong about it; nothing where all is well. */
async function killAndRepeat(at: number, end: EndState): Promise<string[]> {
  const directory = await workspace();
  const killed = await patch(directory, { at });
  if (killed.signal !== 'SIGKILL') return [`was not killed: exit code ${String(killed.code)}`];
  const again = await patch(directory);
  const problems: string[] = [];
  // Where all was done but the report, there is nothing left to do for the run after it.
  const ending = `${String(again.code)} ${outcomeOf(again)}`;
  if (ending !== '1 residual' && ending !== '0 nothing-to-do')
    problems.push(`the run after it ends with ${ending}: ${again.stderr.trim()}`);
  problems.push(...differences(end, await readEndState(directory)));
  if (at % THIRD_RUN_EVERY === 0) problems.push(...(await runOnceMore(directory, end)));
  await rm(directory, { recursive: true, force: true });
  return problems;
}

/** An undisturbed run after all is done has nothing to do, and changes nothing. */
async function runOnceMore(directory: string, end: EndState): Promise<string[]> {
  const problems: string[] = [];
  const third = await patch(directory);
  if (outcomeOf(third) !== 'nothing-to-do') problems.push(`the third run says ${outcomeOf(third)}`);
  problems.push(...differences(end, await readEndState(directory)).map((problem) => `after the third run, ${problem}`));
  return problems;
}

function outcomeOf(run: BundleRun): string {
  if (run.stdout === '') return 'no report';
  return Object.values((JSON.parse(run.stdout) as Report).images)
    .map((image) => image.outcome)
    .join();
}

function differences(expected: EndState, actual: EndState): string[] {
  return (Object.keys(expected) as (keyof EndState)[]).flatMap((part) => {
    const [left, right] = [JSON.stringify(expected[part]), JSON.stringify(actual[part])];
    if (left === right) return [];
    const at = Array.from(left).findIndex((character, index) => character !== right[index]);
    const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 120);
    return [`${part} differ: expected …${around(left)}…, got …${around(right)}…`];
  });
}

describe('patch, killed at every side effect', () => {
  it('ends, when it is run again, where an undisturbed run ends', async () => {
    const { effects, end, run } = await undisturbed();
    expect([run.code, run.stdout, run.stderr]).toEqual([1, run.stdout, run.stderr]);
    const report = (JSON.parse(run.stdout) as Report).images['golden/killed'];
    expect(report?.targets.map((target) => [target.package, target.result])).toEqual([
      ['libc6', 'fixed'],
      ['openssl', 'fixed'],
      ['zlib1g', 'residual'],
    ]);
    expect(Object.keys(end.names)).toEqual([
      'localhost/golden/killed:<date>.1',
      'localhost/golden/killed:stable',
      BASE,
    ]);
    expect(effects.length).toBeGreaterThanOrEqual(20);

    const points = effects.map((name, index) => ({ at: index + 1, name }));
    const problems: string[] = [];
    const queue = [...points];
    const worker = async (): Promise<void> => {
      for (let point = queue.shift(); point !== undefined; point = queue.shift())
        for (const problem of await killAndRepeat(point.at, end))
          problems.push(`killed at ${String(point.at)} (${point.name}): ${problem}`);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    process.stdout.write(
      `kill: ${String(points.length)} points, an undisturbed run takes ${run.milliseconds.toFixed(0)} ms\n`,
    );
    expect(problems).toEqual([]);
  }, 900_000);
});
