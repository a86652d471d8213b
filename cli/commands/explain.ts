import type { Command } from 'commander';
import { BadInputError } from '../../domain/errors';
import { printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { explain } from '../run/explain';
import { DEFAULT_STATE, openStateDirectory } from '../run/state-directory';

/** Adds `explain`: why a finding is in its state. */
export function addExplainCommand(program: Command): Command {
  return program
    .command('explain')
    .description('Say in plain words why a finding is in its state, with the chain of facts.')
    .argument('<finding>', 'vulnerability id (e.g. CVE-2024-2961) or the sort key of a finding')
    .option('--state <dir>', 'state directory of patch', DEFAULT_STATE)
    .option('--config <file>', 'golden-images.yaml, for the thresholds')
    .option('--image <name>', 'only this golden image')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golden-images explain CVE-2024-2961')
    .action(async (finding: string, options: { state: string; config?: string; image?: string; json?: true }) => {
      const state = await openStateDirectory(options.state, { mustExist: true });
      try {
        const explanations = await explain(state, finding, options);
        if (explanations.length === 0)
          throw new BadInputError(`no finding ${finding} is known in ${options.state}`, {
            hint: 'check the id, or run "golden-images patch" or "replay" on the findings first',
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
