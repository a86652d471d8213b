import type { Command } from 'commander';
import { EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { imageNamed, openOperatedState } from '../run/operated-state';
import { retryImage } from '../run/retry-image';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';
import type { WordOptions } from './word-options';
import { addWordOptions, wordOf } from './word-options';

/** Adds `retry`: an image starts over by a person's word. */
export function addRetryCommand(program: Command): Command {
  return addWordOptions(
    addStateOptions(
      program
        .command('retry')
        .description(
          'Reset the breaker of a golden image, and try again what was held, rejected or taken back, has failed too often, or is residual.',
        ),
    ),
  )
    .requiredOption('--image <name>', 'golden image')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

Look at why it was stopped first: "golden-images status" and the build log say so.

Example:
  golden-images retry --image debian-12 --reason 'the mirror is back' --environment prod`,
    )
    .action(async (options: StateOptions & WordOptions & { image: string; json?: true }) => {
      const state = await openOperatedState(options, { writes: true });
      try {
        const image = imageNamed(state, options.image);
        const retried = await retryImage(
          {
            table: state.table,
            clock: () => new Date(),
            logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
          },
          image,
          wordOf(state, options),
        );
        if (options.json) printJson({ image: image.name, ...retried });
        else {
          const { wasStopped, patches, findings } = retried;
          printLine(
            `${printable(image.name)} starts over: ${wasStopped ? 'the breaker is reset, ' : ''}${patches} patches no longer count, ${findings} findings are open again.`,
          );
          printLine(state.next);
        }
      } finally {
        state.close();
      }
    });
}
