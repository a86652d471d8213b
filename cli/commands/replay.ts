import type { Command } from 'commander';
import pc from 'picocolors';
import { EXIT, EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { printCounts, printMalformed, targetRows } from '../output/summary';
import { table } from '../output/table';
import type { ReplayReport } from '../run/replay';
import { replay } from '../run/replay';
import { FINDINGS_OPTION, parseTime } from './common';

/** Adds `replay`: the decisions of `patch` without side effects. */
export function addReplayCommand(program: Command): Command {
  return program
    .command('replay')
    .description('Show what would be decided for findings; nothing is written or built.')
    .requiredOption(...FINDINGS_OPTION)
    .option('--config <file>', 'golden-images.yaml; repositories that it does not declare count as golden images')
    .option('--at <time>', 'decide as of this time, e.g. 2026-05-22 (default now)', parseTime)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}\n\nExample:\n  golden-images replay --findings events.jsonl --config golden-images.yaml`,
    )
    .action(async (options: { findings: string[]; config?: string; at?: Date; json?: true }) => {
      const report = await replay({
        findings: options.findings,
        ...(options.config !== undefined && { config: options.config }),
        now: options.at ?? new Date(),
        logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
      });
      if (options.json) printJson(report);
      else printReport(report);
      if (report.malformed.length > 0) process.exitCode ??= EXIT.refused;
    });
}

function printReport(report: ReplayReport): void {
  printMalformed(report.malformed);
  printLine(`${report.records} records, ${report.duplicates} duplicates`);
  printCounts('ignored', report.ignored);
  printCounts('findings', report.findings);
  printCounts('parked', report.parked);
  for (const [name, image] of Object.entries(report.images)) {
    printLine(
      `\n${pc.bold(printable(name))}: ${image.patches} patch, ${image.builds} build, at most ${image.modelCalls} model calls`,
    );
    if (image.targets.length > 0) printLine(table(['TARGET', 'FLOOR', 'SETTLES'], targetRows(image.targets)));
  }
}
