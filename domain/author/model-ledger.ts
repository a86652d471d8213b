import { ConditionFailedError, ModelUnavailableError } from '../errors';
import type { Clock, FindingTable } from '../ports';
import {
  isModelBudgetItem,
  isModelReplyItem,
  modelBudgetKey,
  modelReplyKey,
  type ModelBudgetItem,
  type ModelReplyItem,
} from '../table/model-items';
import { updateItem } from '../table/update-item';
import type { ModelReply } from './model';

/** What one image may ask of a model in a UTC day. */
export interface ModelBudget {
  readonly callsPerDay: number;
  /** Input and output together; a question is asked as long as less was used. */
  readonly tokensPerDay: number;
}

/** Days for which an answer serves the same question again. */
const REPLY_DAYS = 30;
/** Days for which a day's budget is kept, for reports. */
const BUDGET_DAYS = 90;
const DAY_SECONDS = 86_400;

/** Keeps answers and budgets in the table, so that every process knows them. */
export interface ModelLedger {
  /** @returns the answer on record to the very same question */
  find(image: string, requestHash: string): Promise<ModelReply | undefined>;
  /**
   * Takes one question out of the image's budget of the day, before it is asked.
   * @throws ModelUnavailableError (`budget-spent`) where there is none left; (`throttled`) where others are quicker all
   *   the time
   */
  reserve(image: string): Promise<void>;
  /** Gives back a question that came to nothing before anybody could have charged for it. */
  giveBack(image: string): Promise<void>;
  /** Keeps an answer, and takes its tokens out of the budget. */
  record(image: string, requestHash: string, modelId: string, reply: ModelReply): Promise<void>;
}

/** Makes the ledger over the table. */
export function makeModelLedger(table: FindingTable, budget: ModelBudget, clock: Clock): ModelLedger {
  const changeBudget = async (
    image: string,
    change: (used: { calls: number; tokens: number }) => { calls: number; tokens: number },
  ): Promise<void> => {
    const now = clock();
    const key = modelBudgetKey(image, now.toISOString().slice(0, 10));
    await updateItem<ModelBudgetItem>(table, key, isModelBudgetItem, (known) => ({
      ...key,
      type: 'MODEL_BUDGET',
      image,
      expiresAt: known?.expiresAt ?? expiry(now, BUDGET_DAYS),
      ...change(known ?? { calls: 0, tokens: 0 }),
    }));
  };
  return {
    find: async (image, requestHash) => {
      const item = await table.get(modelReplyKey(image, requestHash));
      if (item === undefined || !isModelReplyItem(item)) return undefined;
      return item.expiresAt > clock().getTime() / 1000 ? (JSON.parse(item.reply) as ModelReply) : undefined;
    },
    reserve: async (image) => {
      await changeBudget(image, ({ calls, tokens }) => {
        if (calls >= budget.callsPerDay) throw spent(`${calls} calls`, 'model.callsPerDay', clock());
        if (tokens >= budget.tokensPerDay) throw spent(`${tokens} tokens`, 'model.tokensPerDay', clock());
        return { calls: calls + 1, tokens };
      }).catch((error: unknown) => {
        throw error instanceof ConditionFailedError ? crowded(error) : error;
      });
    },
    giveBack: async (image) => {
      await changeBudget(image, ({ calls, tokens }) => ({ calls: Math.max(0, calls - 1), tokens }));
    },
    record: async (image, requestHash, modelId, reply) => {
      const key = modelReplyKey(image, requestHash);
      await updateItem<ModelReplyItem>(table, key, isModelReplyItem, () => ({
        ...key,
        type: 'MODEL_REPLY',
        image,
        modelId,
        reply: JSON.stringify(reply),
        expiresAt: expiry(clock(), REPLY_DAYS),
      }));
      await changeBudget(image, ({ calls, tokens }) => ({
        calls,
        tokens: tokens + reply.inputTokens + reply.outputTokens,
      }));
    },
  };
}

function crowded(cause: ConditionFailedError): ModelUnavailableError {
  return new ModelUnavailableError('throttled', 'many processes ask about the image at once', {
    retryAfterSeconds: 60,
    cause,
  });
}

function spent(used: string, setting: string, now: Date): ModelUnavailableError {
  const tomorrow = DAY_SECONDS - Math.floor((now.getTime() / 1000) % DAY_SECONDS);
  return new ModelUnavailableError('budget-spent', `the image's budget of this day is spent: ${used}`, {
    retryAfterSeconds: tomorrow,
    hint: `it begins anew at midnight UTC; ${setting} in golden-images.yaml raises it`,
  });
}

function expiry(now: Date, days: number): number {
  return Math.floor(now.getTime() / 1000) + days * DAY_SECONDS;
}
