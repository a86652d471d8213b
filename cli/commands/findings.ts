import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { FindingRow } from '../../domain/status/finding-rows';
import { findingRows } from '../../domain/status/finding-rows';
import type { FindingState } from '../../domain/table/finding-item';
import { FINDING_STATES } from '../../domain/table/finding-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import { printJson } from '../output/console';
import { printFindings } from '../output/findings-report';
import { imagesNamed, openOperatedState } from '../run/operated-state';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

/** Adds `findings`: what is known of the golden images, one line each. */
export function addFindingsCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('findings')
      .description('List the findings of the golden images: package, versions, severity, state and reason, first seen.')
      .addArgument(
        new Argument(
          '[states...]',
          `only those that are in one of these states: ${FINDING_STATES.join(', ').toLowerCase()}`,
        ).argParser(addState),
      ),
  )
    .option('--image <name>', 'only this golden image')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The last column is the key that "golden-images explain" takes.

Examples:
  golden-images findings open residual
  golden-images findings parked --image debian-12 --environment prod --json`,
    )
    .action(
      async (states: readonly FindingState[] | undefined, options: StateOptions & { image?: string; json?: true }) => {
        const state = await openOperatedState(options, { writes: false });
        try {
          const lists: FindingRow[][] = [];
          for (const { name } of imagesNamed(state, options.image))
            lists.push(findingRows(await state.table.query(imagePartition(name), FINDING_PREFIX), states));
          const rows = lists.flat();
          if (options.json) printJson({ findings: rows });
          else printFindings(rows);
        } finally {
          state.close();
        }
      },
    );
}

/** Reads a state, in any case, and adds it to those before. */
function addState(value: string, before: readonly FindingState[] | undefined): readonly FindingState[] {
  const state = FINDING_STATES.find((one) => one === value.toUpperCase());
  if (state !== undefined) return [...(before ?? []), state];
  throw new InvalidArgumentError(`The states of a finding are ${FINDING_STATES.join(', ').toLowerCase()}.`);
}
