import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { figure } from './timing';

const CHECKOUT = join(__dirname, '..');
/** Runs the estate; it is part of the tests, which benchmarks do not know. */
const RUN = '__tests__/support/aws/chaos-main.ts';
/** Golden images, and findings on each. */
const SIZE = { images: 10, findings: 100 };
/** Differences that are told of. */
const TOLD = 20;

const count = z.number();
const run = z.object({
  inFlight: z.array(z.string()),
  lost: z.array(z.string()),
  givenUp: z.object({ streamRecords: count, findings: count, signals: count, events: count }),
  counts: z.object({
    ...{ calls: count, lasting: count, kills: count, invocations: count, duplicates: count },
    failed: z.record(z.string(), count),
  }),
  ...{ builds: count, modelCalls: count, reconciles: count, coldStarts: count, seconds: count },
});
const report = z.object({ clean: run, chaos: run, differences: z.array(z.string()) });

/**
 * A thousand findings on ten golden images, through the bundled functions on the emulator, once without faults and once with
 * a tenth of all AWS calls failing and functions killed at random: whether both end in the same state, and what it took.
 * `SEED` decides what fails. Sets a failing exit code where the ends differ, something is on its way for ever, or is lost.
 * Where `moto_server` is missing, it says so and runs nothing.
 */
export async function benchChaos(): Promise<void> {
  const seed = process.env['SEED'] ?? '1';
  const output = await runEstates(seed);
  if (output === '') return;
  const { clean, chaos, differences } = report.parse(JSON.parse(output));
  const { calls, failed, lasting, kills, invocations, duplicates } = chaos.counts;
  const failures = Object.values(failed).reduce((sum, one) => sum + one, 0);
  const show = (name: string, value: string | number, aim = ''): void => {
    figure(`chaos: ${name}`, typeof value === 'number' ? value.toLocaleString('en') : value, aim);
  };
  show('seed', seed, 'SEED=… for another');
  show('findings', SIZE.images * SIZE.findings, `on ${SIZE.images} images`);
  show('AWS calls', calls, `${clean.counts.calls.toLocaleString('en')} in the clean run`);
  show('failed calls', failures, `${((100 * failures) / calls).toFixed(1)} %`);
  for (const [kind, times] of Object.entries(failed)) show(`failed calls, ${kind}`, times);
  show('calls that failed whenever they were tried', lasting);
  show('functions killed', kills);
  show('invocations', invocations, `${clean.counts.invocations} in the clean run`);
  show('cold starts', chaos.coldStarts, `${clean.coldStarts} in the clean run`);
  show('events that came twice', duplicates);
  show(
    'runs of reconcile-findings',
    chaos.reconciles,
    `${clean.reconciles} in the clean run; the last 2 without faults`,
  );
  show('builds', chaos.builds, `${clean.builds} in the clean run: × ${(chaos.builds / clean.builds).toFixed(2)}`);
  show('model calls', chaos.modelCalls, `${clean.modelCalls} in the clean run`);
  const { streamRecords, findings, signals, events } = chaos.givenUp;
  const givenUp = streamRecords + findings + signals + events;
  show(
    'given up on the way',
    givenUp,
    `stream records ${streamRecords}, findings ${findings}, signals ${signals}, events ${events}: reconcile-findings made them good`,
  );
  show('wall time', `${chaos.seconds.toFixed(0)} s`, `${clean.seconds.toFixed(0)} s of the clean run`);
  show('in flight at the end', chaos.inFlight.length, 'aim 0');
  show('findings lost', chaos.lost.length, 'aim 0');
  show('end state equal', differences.length === 0 ? 'yes' : 'no', 'aim yes');
  const wrong = [
    ...clean.inFlight.map((what) => `clean run: ${what}`),
    ...chaos.inFlight,
    ...chaos.lost,
    ...differences,
  ];
  for (const line of wrong.slice(0, TOLD)) process.stderr.write(`chaos: ${line}\n`);
  if (wrong.length > TOLD) process.stderr.write(`chaos: and ${wrong.length - TOLD} more\n`);
  if (wrong.length > 0) process.exitCode = 1;
}

async function runEstates(seed: string): Promise<string> {
  const sizes = [SIZE.images, SIZE.findings].map(String);
  const child = spawn(process.execPath, ['--import', 'tsx', RUN, ...sizes, seed], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const output = await text(child.stdout);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`the run of the estate ended with code ${String(code)}`);
  return output;
}
