import { resolve } from 'node:path';
import { Command } from 'commander';
import { endRunningCommands } from '../adapters/local/run-command';
import { printable } from '../cli/output/printable';
import { reportError } from '../cli/output/report-error';
import { drill } from './exit-drill/drill';
import type { Difference } from './exit-drill/compare-stacks';

/** Moves a copy of this checkout from cdktf to its fork, and says what differs: `npm run exit-drill`. */
async function main(): Promise<void> {
  const { tests } = new Command('npm run exit-drill --')
    .description('Tries the way out of cdktf (docs/adr/0007-leaving-cdktf.md) in a temporary copy of this checkout.')
    .option('--no-tests', 'leave out the tests of the synthesized stacks')
    .exitOverride()
    .parse()
    .opts<{ tests: boolean }>();
  const started = Date.now();
  const { stacks, differences } = await drill({
    checkout: resolve(__dirname, '..'),
    tests,
    onStep: (step) => void process.stderr.write(`· ${step}\n`),
  });
  const refused = differences.filter(({ allowed }) => allowed === undefined);
  for (const line of linesOf(differences)) process.stdout.write(`${printable(line)}\n`);
  process.stdout.write(
    `${stacks.length} stacks, ${differences.length - refused.length} differences that are expected, ${refused.length} that are not; ${Math.round((Date.now() - started) / 1000)} s\n`,
  );
  if (refused.length > 0) process.exitCode = 1;
}

/** One line per difference that is not expected, and one for all of a kind that are. */
function linesOf(differences: readonly Difference[]): string[] {
  const expected = new Map<string, number>();
  const lines: string[] = [];
  for (const { stack, path, before = 'nothing', after = 'nothing', allowed } of differences) {
    const what = `${path}: ${before} → ${after}`;
    if (allowed === undefined) lines.push(`DIFFERS in ${stack}: ${what}`);
    else expected.set(`${what} (${allowed})`, (expected.get(`${what} (${allowed})`) ?? 0) + 1);
  }
  return [...lines, ...[...expected].map(([what, count]) => `expected in ${count} stacks: ${what}`)];
}

process.on('SIGINT', endRunningCommands).on('SIGTERM', endRunningCommands);
main().catch((error: unknown) => {
  process.exitCode = reportError(error, process.env['VERBOSE'] === '1');
});
