import type { Metrics } from '../../domain/ports';
import type { SettledFinding } from '../../domain/proof/settled-findings';
import type { PatchItem } from '../../domain/table/patch-item';
import { secondsBetween } from './evidence';

/**
 * Measures a promotion, once, when its patch becomes PROMOTED: what was fixed and how long that took, what stays, what
 * the model has cost, and whether a person was asked. Only what is proven gone from the new digest and was ACTIVE before
 * counts as fixed.
 */
export function measurePromotion(metrics: Metrics, patch: PatchItem, settled: readonly SettledFinding[]): void {
  const { approval, author, stateSince } = patch;
  metrics.measure('Promotions', 1, 'count', { author, approval: approval === undefined ? 'automatic' : 'approved' });
  const fixed = settled.filter(({ result }) => result === 'fixed');
  for (const { finding, before } of fixed) {
    const severity = before?.severity ?? 'UNTRIAGED';
    const { firstObservedAt, fixFirstSeenAt } = finding;
    metrics.count('VulnerabilitiesFixed', 1, severity);
    metrics.measure('TimeToPatch', secondsBetween(firstObservedAt, stateSince), 'seconds', { severity });
    if (fixFirstSeenAt !== undefined)
      metrics.measure('TimeFromFix', secondsBetween(fixFirstSeenAt, stateSince), 'seconds', { severity });
  }
  for (const { finding, result } of settled) if (result === 'residual') metrics.count('Residuals', 1, finding.reason);
  measureModel(metrics, patch, fixed.length);
}

/**
 * What one fixed vulnerability has cost, where a model was asked; answers on record cost nothing. It says what this patch
 * was worth, and leaves out patches that came to nothing: what was paid in all is `ModelCost` (domain/author/model-cost.ts).
 */
function measureModel(metrics: Metrics, { model }: PatchItem, fixed: number): void {
  if (model === undefined || fixed === 0) return;
  const tokens = model.questions
    .filter(({ cached }) => !cached)
    .reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  metrics.measure('ModelTokensPerFix', tokens / fixed, 'count');
  if (model.cost !== undefined) metrics.measure('ModelCostPerFix', model.cost.amount / fixed, 'cost');
}
