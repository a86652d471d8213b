import type { Command } from 'commander';
import { BadInputError } from '../../domain/errors';
import type { OperatedState } from '../run/operated-state';

/** Options of every command that is a person's word. */
export interface WordOptions {
  readonly reason: string;
  readonly by?: string;
}

/** Whose word it is, and why: what is kept of every decision. */
export interface Word {
  readonly by: string;
  readonly reason: string;
}

/** Longest reason that is kept, in characters: it stands in an item of the table. */
const REASON_LIMIT = 1_000;
/** Longest name of `--by`, in characters. */
const NAME_LIMIT = 200;

/** Adds the options that say who decides, and why. */
export function addWordOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why; kept for whoever asks later')
    .option(
      '--by <name>',
      'who decides (default: the user of this machine); on AWS the ARN of the credentials stays, "for <name>" is added',
    );
}

/**
 * Whose word a command is, and why.
 * @throws BadInputError where the reason or the name is empty, or the name too long
 */
export function wordOf(state: Pick<OperatedState, 'actor'>, options: WordOptions): Word {
  const reason = options.reason.trim();
  if (reason === '') throw new BadInputError('a reason is missing (--reason): it is kept for whoever asks later');
  const name = options.by?.trim();
  if (name === '') throw new BadInputError('--by is empty: leave it out, or name somebody');
  if (name !== undefined && name.length > NAME_LIMIT)
    throw new BadInputError(`--by has ${name.length} characters: ${NAME_LIMIT} are kept at most`);
  return { by: state.actor(name), reason: reason.slice(0, REASON_LIMIT).toWellFormed() };
}
