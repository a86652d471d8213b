import { InvalidArgumentError, type Command } from 'commander';
import type { Approval } from '../../domain/table/patch-item';
import { makeDecideApproval } from '../../functions/decide-approval/decide-approval';
import { EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { imageNamed, openOperatedState } from '../run/operated-state';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';
import type { WordOptions } from './word-options';
import { addWordOptions, wordOf } from './word-options';

/** Adds `approve`: a patch that waits for a person is built. */
export function addApproveCommand(program: Command): Command {
  return addDecision(program, 'approve', 'approved', 'Let a patch that waits for approval be built.');
}

/** Adds `reject`: a patch that waits for a person is not built, nor another of the same plan. */
export function addRejectCommand(program: Command): Command {
  return addDecision(
    program,
    'reject',
    'rejected',
    'Refuse a patch that waits for approval; the same plan is not written again.',
  );
}

function addDecision(
  program: Command,
  verb: 'approve' | 'reject',
  decision: Approval['decision'],
  description: string,
): Command {
  return addWordOptions(
    addStateOptions(
      program
        .command(verb)
        .description(description)
        .argument('<image>', 'golden image')
        .argument('<patch>', 'sequence of the patch, as status shows it', parseSequence),
    ),
  )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

Example:
  golden-images ${verb} debian-12 7 --reason 'change 4711' --environment prod`,
    )
    .action(async (name: string, sequence: number, options: StateOptions & WordOptions & { json?: true }) => {
      const state = await openOperatedState(options, { writes: true });
      try {
        const { did, patch } = await makeDecideApproval({
          table: state.table,
          clock: () => new Date(),
          logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
        })(imageNamed(state, name), {
          patch: sequence,
          decision,
          ...wordOf(state, options),
        });
        if (options.json)
          printJson({ image: name, patch: patch.sequence, did, state: patch.state, approval: patch.approval });
        else {
          const again = did === 'nothing' ? ' before' : '';
          printLine(
            `Patch ${patch.sequence} of ${printable(name)} was ${decision}${again} by ${printable(patch.approval?.by ?? '')}; it is ${patch.state}.`,
          );
          if (decision === 'approved' && patch.state === 'READY') printLine(state.next);
        }
      } finally {
        state.close();
      }
    });
}

/** Reads the sequence of a patch. */
export function parseSequence(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('It is not the number of a patch, such as 7.');
  return Number(value);
}
