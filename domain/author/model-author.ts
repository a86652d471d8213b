import { createHash } from 'node:crypto';
import type { ModelOutage } from '../errors';
import { ModelUnavailableError } from '../errors';
import type { Logger, Metrics, PatchAuthor } from '../ports';
import { visible } from '../vetting/text';
import { jsonText } from './json-text';
import type { ModelReply, PatchModel } from './model';
import type { ModelConfig } from './model-config';
import { countPaid } from './model-cost';
import type { ModelLedger } from './model-ledger';
import type { Prompt } from './prompt';
import { promptOf } from './prompt';
import { isTooLong, readReply } from './read-reply';

/** Bytes of an answer that are kept as they are; an item of the table has at most 400 KB. */
const MAXIMUM_KEPT_BYTES = 300_000;
/** Characters that are kept of an answer that is too long. */
const KEPT_OF_TOO_LONG = 1_000;

/** What the model's author works with. */
export interface ModelAuthorPorts {
  readonly model: PatchModel;
  readonly ledger: ModelLedger;
  /** What tokens cost, where the configuration says so. */
  readonly prices?: ModelConfig['prices'];
  /** Absent: what is paid is not counted. */
  readonly metrics?: Metrics;
  readonly logger: Logger;
}

/**
 * The author that asks a model. The same question, by whichever finding or process it is asked, is paid once: its answer
 * is on record under the hash of the whole question.
 */
export function makeModelAuthor({ model, ledger, prices, metrics, logger }: ModelAuthorPorts): PatchAuthor {
  return {
    propose: async (request) => {
      const prompt = promptOf(request);
      const requestHash = hashOf(model, prompt);
      const known = await ledger.find(request.image, requestHash);
      const reply = known ?? (await ask(request.image, requestHash, prompt));
      const { inputTokens, outputTokens, latencyMilliseconds } = reply;
      const stopReason = visible(reply.stopReason, 60);
      const use = { inputTokens, outputTokens, latencyMilliseconds, stopReason };
      logger.info('model answered', {
        image: request.image,
        modelId: model.id,
        requestHash,
        cached: known !== undefined,
        ...use,
      });
      return {
        author: 'bedrock',
        ...readReply(reply),
        reply,
        model: { modelId: model.id, requestHash, cached: known !== undefined, ...use },
      };
    },
  };

  async function answerOf(image: string, prompt: Prompt): Promise<ModelReply> {
    try {
      return await model.ask(prompt);
    } catch (error) {
      if (error instanceof ModelUnavailableError && FREE.has(error.outage)) await ledger.giveBack(image);
      throw error;
    }
  }

  async function ask(image: string, requestHash: string, prompt: Prompt): Promise<ModelReply> {
    await ledger.reserve(image);
    const reply = limited(await answerOf(image, prompt));
    if (metrics !== undefined) countPaid(metrics, reply, prices);
    try {
      await ledger.record(image, requestHash, model.id, reply);
    } catch (error) {
      // The answer is paid and here: it is used, though nobody else will find it.
      logger.warn('the answer of the model was not recorded', { image, requestHash, error: String(error) });
    }
    return reply;
  }
}

/** Outages before which no model has written anything that could be charged. */
const FREE: ReadonlySet<ModelOutage> = new Set([
  'throttled',
  'credentials',
  'access-denied',
  'model-not-found',
  'region',
  'rejected',
]);

/** Identity of a question: whatever the answer depends on is in it. */
function hashOf(model: PatchModel, { system, parts }: Prompt): string {
  return createHash('sha256')
    .update(JSON.stringify([model.id, model.settings, system, parts.map((part) => [part.trusted, part.text])]))
    .digest('hex');
}

/**
 * An answer as it is kept: of one that is too long only the beginning, of one that is nested too deep no more than that
 * it was none, so that an item of the table always holds it.
 */
function limited(reply: ModelReply): ModelReply {
  const text = jsonText(reply);
  if (text === undefined) return { ...reply, texts: [], toolInputs: [null] };
  if (!isTooLong(reply) && Buffer.byteLength(JSON.stringify(text)) <= MAXIMUM_KEPT_BYTES) return reply;
  const said = [...reply.texts, ...reply.toolInputs.map((input) => jsonText(input) ?? '')].join('\n');
  return { ...reply, texts: [said.slice(0, KEPT_OF_TOO_LONG)], toolInputs: [], isCut: true };
}
