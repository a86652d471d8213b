import type { Metrics } from '../ports';
import type { ModelConfig } from './model-config';
import type { ModelUse } from './proposal';

/** Tokens of a question and its answer. */
type Tokens = Pick<ModelUse, 'inputTokens' | 'outputTokens'>;

const MILLION = 1_000_000;

/** What an answer costs, in the currency of `model.prices`. */
export function priceOf({ inputTokens, outputTokens }: Tokens, prices: NonNullable<ModelConfig['prices']>): number {
  return (inputTokens * prices.inputPerMillionTokens + outputTokens * prices.outputPerMillionTokens) / MILLION;
}

/**
 * Counts an answer of a model that was paid for, when it came: whatever becomes of it, and of the patch that it is for. So
 * the sums are all that was paid; answers on record cost nothing. `ModelCost` is there where the prices are configured.
 */
export function countPaid(metrics: Metrics, tokens: Tokens, prices: ModelConfig['prices']): void {
  metrics.count('ModelCalls', 1);
  metrics.count('ModelTokens', tokens.inputTokens + tokens.outputTokens);
  if (prices !== undefined) metrics.measure('ModelCost', priceOf(tokens, prices), 'cost');
}
