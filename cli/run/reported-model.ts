import { paidCalls, type PatchModelUse } from '../../domain/author/patch-authorship';
import type { PatchItem } from '../../domain/table/patch-item';

/** What one image has asked of a model. */
export interface ReportedModel {
  readonly id: string;
  /** Questions that were paid; answers on record are not. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Where the configuration says what tokens cost. */
  readonly cost?: { readonly amount: number; readonly currency: string };
  /** The cost by the vulnerabilities that the patch fixed. */
  readonly costPerFixedVulnerability?: number;
}

/** What a patch has asked of a model, as it is reported. */
export function reportModel({ targets, outcomes = [], state }: PatchItem, use: PatchModelUse): ReportedModel {
  const paid = use.questions.filter((question) => !question.cached);
  const sum = (count: (question: (typeof paid)[number]) => number): number =>
    paid.reduce((total, question) => total + count(question), 0);
  const fixed = new Set(outcomes.filter(({ result }) => result === 'fixed').map((outcome) => outcome.package));
  const settled = targets.filter((target) => fixed.has(target.package));
  const listed = new Set(settled.flatMap((target) => target.vulnerabilities)).size;
  const vulnerabilities = settled.reduce((total, target) => total + (target.omitted ?? 0), listed);
  const isFixed = state === 'PROMOTED' && vulnerabilities > 0;
  return {
    id: use.id,
    calls: paidCalls(use),
    inputTokens: sum((question) => question.inputTokens),
    outputTokens: sum((question) => question.outputTokens),
    ...(use.cost !== undefined && { cost: use.cost }),
    ...(use.cost !== undefined &&
      isFixed && { costPerFixedVulnerability: Math.round((use.cost.amount / vulnerabilities) * 1e6) / 1e6 }),
  };
}
