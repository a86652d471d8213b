import type { Command } from 'commander';
import { printJson } from '../output/console';
import { printStatus } from '../output/status-report';
import { imagesNamed, openOperatedState } from '../run/operated-state';
import { readStatus } from '../run/status';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

/** Adds `status`: how the images stand, and what waits for a person. */
export function addStatusCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('status')
      .description('Show how the golden images stand: what is promoted, open, on its way, and waits for you.'),
  )
    .option('--image <name>', 'only this golden image')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  golden-images status
  golden-images status --environment prod --image debian-12`,
    )
    .action(async (options: StateOptions & { image?: string; json?: true }) => {
      const state = await openOperatedState(options, { writes: false });
      try {
        const report = await readStatus(state, imagesNamed(state, options.image));
        if (options.json) printJson(report);
        else printStatus(report, new Date());
      } finally {
        state.close();
      }
    });
}
