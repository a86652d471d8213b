import type { z } from 'zod';
import type { Authors } from '../../domain/author/authors';
import { type ModelConfig, modelKeys } from '../../domain/author/model-config';
import type { AuthorChoice } from '../../domain/author/proposal';
import { BadInputError } from '../../domain/errors';
import type { Clock, FindingTable, Logger } from '../../domain/ports';

/** What decides who writes the patch commands of a run. */
export interface RunAuthorOptions {
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
 * @throws BadInputError where the model alone is to write, and none is named, or an option is not what it is for
 */
export async function chooseRunAuthors(options: RunAuthorOptions): Promise<Authors> {
  const { choice, modelId, modelRegion, onProgress, ...ports } = options;
  if (choice === 'rules') return { choice };
  const id = modelId === undefined ? options.model?.id : flag('--model', modelKeys.shape.id, modelId);
  const region =
    modelRegion === undefined ? undefined : flag('--model-region', modelKeys.shape.region.unwrap(), modelRegion);
  const model = id === undefined ? undefined : { ...options.model, id, ...(region !== undefined && { region }) };
  // Loaded only where it is needed: the SDK takes as long to load as the rest of this program.
  const { chooseAuthors } = await import('../../adapters/aws/bedrock/choose-authors.js');
  const authors = chooseAuthors({ ...ports, choice, model, hint: HINT });
  if (authors.choice === 'rules') onProgress(`no model is named, so rules write the commands: ${HINT}`);
  return authors;
}

function flag(option: string, schema: z.ZodType<string>, given: string): string {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new BadInputError(`${option} ${given} ${parsed.error.issues[0]?.message ?? 'cannot be used'}`);
}
