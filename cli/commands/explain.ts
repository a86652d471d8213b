import type { Command } from 'commander';
import { BadInputError } from '../../domain/errors';
import { printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { explain } from '../run/explain';
import { imagesNamed, openOperatedState } from '../run/operated-state';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

/** Adds `explain`: why a finding is in its state. */
export function addExplainCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('explain')
      .description('Say in plain words why a finding is in its state, with the chain of facts.')
      .argument('<finding>', 'vulnerability id (e.g. CVE-2024-2961), or the key of a finding as findings lists it'),
  )
    .option('--image <name>', 'only this golden image')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  golden-images explain CVE-2024-2961
  golden-images explain 'FINDING#CVE-2024-2961#OS#glibc' --image debian-12 --environment prod`,
    )
    .action(async (finding: string, options: StateOptions & { image?: string; json?: true }) => {
      const state = await openOperatedState(options, { writes: false });
      try {
        const explanations = await explain(state.table, imagesNamed(state, options.image), finding);
        if (explanations.length === 0)
          throw new BadInputError(`no finding ${finding} is known in ${options.environment ?? options.state}`, {
            hint: `check the id: "golden-images findings${state.flags}" lists what is known`,
          });
        if (options.json) printJson({ findings: explanations });
        else
          for (const { image, key, state: verdict, chain } of explanations) {
            printLine(`${printable(key)} in ${printable(image)}: ${verdict}`);
            for (const line of chain) printLine(`  - ${printable(line)}`);
          }
      } finally {
        state.close();
      }
    });
}
