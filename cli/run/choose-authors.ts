import type { ModelConfig } from '../../domain/author/model-config';
import type { AuthorChoice } from '../../domain/author/proposal';
import { BadInputError } from '../../domain/errors';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import type { Authors } from '../../functions/generate-patch/write-commands';

/** What decides who writes the patch commands of a run. */
export interface AuthorOptions {
  /** `--author`, else the configuration's; rules where neither says. */
  readonly choice: AuthorChoice;
  /** `model` of the configuration. */
  readonly model: ModelConfig | undefined;
  /** `--model`: takes the place of the configuration's id. */
  readonly modelId: string | undefined;
  /** `--model-region`: takes the place of the configuration's region. */
  readonly modelRegion: string | undefined;
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: (message: string) => void;
}

const HINT = 'set model.id in golden-images.yaml, or give --model <id>';

/**
 * Makes the authors of a run.
 * @throws BadInputError where the model alone is to write, and none is named
 */
export async function chooseAuthors(options: AuthorOptions): Promise<Authors> {
  const { choice, modelId, modelRegion, table, clock, logger, onProgress } = options;
  if (choice === 'rules') return { choice };
  const id = modelId ?? options.model?.id;
  if (id === undefined) {
    if (choice === 'bedrock') throw new BadInputError('the author bedrock needs a model', { hint: HINT });
    onProgress(`no model is named, so rules write the commands: ${HINT}`);
    return { choice: 'rules', why: `No model is named: ${HINT}. Rules wrote the commands.` };
  }
  const config = { ...options.model, id, ...(modelRegion !== undefined && { region: modelRegion }) };
  // Loaded only where it is needed: the SDK takes as long to load as the rest of this program.
  const { makeBedrockAuthor } = await import('../../adapters/aws/bedrock/bedrock-author.js');
  return { choice, model: makeBedrockAuthor({ config, table, clock, logger }) };
}
