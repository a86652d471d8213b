import { Option, type Command } from 'commander';
import { DEFAULT_STATE } from '../run/state-directory';
import type { StateChoice } from '../run/operated-state';

/** Options of every command that looks at, or decides on, what the table has. */
export type StateOptions = StateChoice;

/** Adds the options that say which table a command is about. */
export function addStateOptions(command: Command): Command {
  return command
    .option('--state <dir>', 'state directory of patch on this machine', DEFAULT_STATE)
    .addOption(
      new Option(
        '--environment <name>',
        "environment of golden-images.yaml: its table on AWS, with the SDK's default credentials",
      ).conflicts('state'),
    )
    .option(
      '--config <file>',
      'golden-images.yaml (default: the one that the state directory keeps; with --environment golden-images.yaml)',
    );
}
