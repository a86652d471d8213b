import { makeModelAuthor } from '../../../domain/author/model-author';
import type { ModelConfig } from '../../../domain/author/model-config';
import { CALLS_PER_DAY, TOKENS_PER_DAY } from '../../../domain/author/model-config';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import type { Clock, FindingTable, Logger, Metrics, PatchAuthor } from '../../../domain/ports';
import { makeConverseModel } from './converse-model';

/** What the author that asks Bedrock works with. */
export interface BedrockAuthorOptions {
  readonly config: ModelConfig;
  /** Keeps answers and budgets. */
  readonly table: FindingTable;
  readonly clock: Clock;
  /** Absent: what is paid is not counted. */
  readonly metrics?: Metrics;
  readonly logger: Logger;
}

/** The author that asks the configured model of Amazon Bedrock, within its budget, and never twice the same. */
export function makeBedrockAuthor({ config, table, clock, metrics, logger }: BedrockAuthorOptions): PatchAuthor {
  const { id, region, maximumTokens, timeoutSeconds, structuredOutput, guardrail, prices } = config;
  const budget = {
    callsPerDay: config.callsPerDay ?? CALLS_PER_DAY,
    tokensPerDay: config.tokensPerDay ?? TOKENS_PER_DAY,
  };
  return makeModelAuthor({
    model: makeConverseModel({
      modelId: id,
      ...(region !== undefined && { region }),
      ...(maximumTokens !== undefined && { maximumTokens }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(structuredOutput !== undefined && { structuredOutput }),
      ...(guardrail !== undefined && { guardrail }),
    }),
    ledger: makeModelLedger(table, budget, clock),
    ...(prices !== undefined && { prices }),
    ...(metrics !== undefined && { metrics }),
    logger,
  });
}
