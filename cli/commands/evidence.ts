import type { Command } from 'commander';
import { EXIT_CODE_HELP } from '../exit-codes';
import { printJson, printLine } from '../output/console';
import { tagMovedLine } from '../output/status-report';
import { printable } from '../output/printable';
import { readEvidence } from '../run/evidence';
import { imageNamed, openOperatedState } from '../run/operated-state';
import { parseSequence } from './decide';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

/** Adds `evidence`: what proves a patch. */
export function addEvidenceCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('evidence')
      .description('Print the evidence of a promoted patch, and check that its script is the one that was stored.'),
  )
    .requiredOption('--image <name>', 'golden image')
    .option('--patch <number>', 'sequence of a patch (default: the promoted one)', parseSequence)
    .option('--json', 'print one JSON object: the patch, its approval, the verified script, the document')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

Example:
  golden-images evidence --image debian-12 --environment prod --json > evidence.json`,
    )
    .action(async (options: StateOptions & { image: string; patch?: number; json?: true }) => {
      const state = await openOperatedState(options, { writes: false });
      try {
        const report = await readEvidence(state, imageNamed(state, options.image), options.patch);
        if (options.json) printJson(report);
        else {
          const { image, patch, approval, tagMoved, script, uri, evidence } = report;
          printLine(printable(`Patch ${patch} of ${image}: ${report.state}`));
          if (tagMoved !== undefined) printLine(printable(`tag      ${tagMovedLine(tagMoved)}`));
          if (approval !== undefined)
            printLine(printable(`${approval.decision} by ${approval.by} at ${approval.at}: ${approval.reason}`));
          printLine(printable(`script   ${script.uri} (its bytes hash to ${script.sha256})`));
          printLine(printable(`evidence ${uri}`));
          printJson(evidence);
        }
      } finally {
        state.close();
      }
    });
}
