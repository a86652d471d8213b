import type { AuthoredCommands, TriedProposal } from '../domain/author/authored';
import type { ModelReply, PatchModel } from '../domain/author/model';
import { makeModelAuthor } from '../domain/author/model-author';
import type { ModelLedger } from '../domain/author/model-ledger';
import { GoldenImagesError, ModelUnavailableError } from '../domain/errors';
import type { ModelOutage } from '../domain/errors';
import type { Logger } from '../domain/ports';
import { writeCommands } from '../functions/generate-patch/write-commands';
import type { EvaluationCase } from './case-format';
import { requestOf } from './case-format';
import { contextOf } from './context-of';
import { NotRecordedError } from './recorded-model';

/** What became of asking a model about one case, by the flow that production takes. */
export interface AskedCase {
  readonly case: EvaluationCase;
  /** Its answers, round by round, as they came. */
  readonly replies: readonly ModelReply[];
  /** The same answers, read and vetted. */
  readonly tried: readonly TriedProposal[];
  /** What the patch would be made from: the model's commands, or the rules'. */
  readonly end: AuthoredCommands;
  /** What the rules would have written. */
  readonly rules: TriedProposal;
  /** Why the model gave no answer in a round. */
  readonly silence?: ModelOutage | 'not-recorded';
}

/** Outages that a setting causes: every other case would end the same. */
const SETTINGS: ReadonlySet<ModelOutage> = new Set(['credentials', 'access-denied', 'model-not-found', 'region']);

/** Every question is asked anew and none is limited: an evaluation measures the model. */
const NO_LEDGER: ModelLedger = {
  find: async () => {
    await Promise.resolve();
    return undefined;
  },
  reserve: async () => {
    await Promise.resolve();
  },
  giveBack: async () => {
    await Promise.resolve();
  },
  record: async () => {
    await Promise.resolve();
  },
};

const ignore = (): void => {
  // An evaluation reports scores, not steps.
};
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Asks a model about one case as `bedrock-then-rules` does: propose, vet, one repair, rules.
 * @throws ModelUnavailableError where a setting is missing or wrong, so that no case can be asked
 */
export async function askCase(one: EvaluationCase, model: PatchModel): Promise<AskedCase> {
  const request = requestOf(one);
  const context = contextOf(request);
  const ear = listenTo(model);
  const author = makeModelAuthor({ model: ear.model, ledger: NO_LEDGER, logger: SILENT });
  const end = commandsOf(
    await writeCommands({ choice: 'bedrock-then-rules', model: author }, request, context, SILENT),
  );
  const rules = commandsOf(await writeCommands({ choice: 'rules' }, request, context, SILENT));
  const error = ear.error();
  if (error instanceof ModelUnavailableError && SETTINGS.has(error.outage)) throw error;
  return {
    case: one,
    replies: ear.replies,
    tried: end.tried.filter(({ proposal }) => proposal.author === 'bedrock'),
    end,
    rules: { proposal: rules.proposal, verdict: rules.verdict },
    ...(error !== undefined && { silence: error instanceof ModelUnavailableError ? error.outage : 'not-recorded' }),
  };
}

/** Writes down what a model answers and how it fails. */
function listenTo(model: PatchModel): { model: PatchModel; replies: ModelReply[]; error: () => unknown } {
  const replies: ModelReply[] = [];
  let failure: unknown;
  const ask: PatchModel['ask'] = async (prompt) => {
    try {
      const reply = await model.ask(prompt);
      replies.push(reply);
      return reply;
    } catch (error) {
      failure = error;
      // What is not on record is no answer, as an outage is: rules take over.
      if (!(error instanceof NotRecordedError)) throw error;
      throw new ModelUnavailableError('service', error.message, { retryAfterSeconds: 0, cause: error });
    }
  };
  return { model: { id: model.id, settings: model.settings, ask }, replies, error: () => failure };
}

/** Only the choice `bedrock` waits, which is never taken here. */
function commandsOf(authored: Awaited<ReturnType<typeof writeCommands>>): AuthoredCommands {
  if (authored.kind === 'commands') return authored;
  throw new GoldenImagesError('internal', `the author waits: ${authored.why}`);
}
