import type { Authors } from '../../../domain/author/authors';
import type { ModelConfig } from '../../../domain/author/model-config';
import type { AuthorChoice } from '../../../domain/author/proposal';
import { BadInputError } from '../../../domain/errors';
import type { Clock, FindingTable, Logger, Metrics } from '../../../domain/ports';
import { makeBedrockAuthor } from './bedrock-author';

/** What decides who writes patch commands. */
export interface AuthorOptions {
  readonly choice: AuthorChoice;
  /** The model, where one is named. */
  readonly model: ModelConfig | undefined;
  /** Says how a model is named. */
  readonly hint: string;
  readonly table: FindingTable;
  readonly clock: Clock;
  /** Absent: what is paid is not counted. */
  readonly metrics?: Metrics;
  readonly logger: Logger;
}

/**
 * Makes the authors that the configuration asks for. Without a model `bedrock-then-rules` means rules, and every patch
 * says so.
 * @throws BadInputError where the model alone is to write, and none is named
 */
export function chooseAuthors({ choice, model, hint, ...ports }: AuthorOptions): Authors {
  if (choice === 'rules') return { choice };
  if (model !== undefined) return { choice, model: makeBedrockAuthor({ config: model, ...ports }) };
  if (choice === 'bedrock') throw new BadInputError('the author bedrock needs a model', { hint });
  return { choice: 'rules', why: `No model is named: ${hint}. Rules wrote the commands.` };
}
