import type { RefusalCode } from '../vetting/operations';
import type { TriedProposal } from './authored';
import type { ModelConfig } from './model-config';
import { priceOf } from './model-cost';
import type { ModelUse, NotFixable, ReplyProblem } from './proposal';

/** One question to the model, and what became of its answer. */
export interface AskedQuestion extends Omit<ModelUse, 'modelId'> {
  readonly verdict: 'accepted' | 'refused' | ReplyProblem['code'];
  /** Codes of the refusals, each once. */
  readonly refusals: readonly RefusalCode[];
}

/** What a patch has asked of a model. */
export interface PatchModelUse {
  readonly id: string;
  readonly questions: readonly AskedQuestion[];
  /** Answers on record cost nothing. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** How the commands of a patch came to be, as it is kept on the PATCH item. */
export interface Authorship {
  /** Who wrote the commands and why, in a sentence. */
  readonly authorReason: string;
  readonly model?: PatchModelUse;
  /** Targets that the model's commands left out and rules completed; the first {@link LISTED} of them. */
  readonly completed?: readonly string[];
  /** Targets that the model calls not fixable; rules try them all the same. The first {@link LISTED} of them. */
  readonly disagreements?: readonly NotFixable[];
}

/** Names that an item lists; the proposals in the audit store have them all. */
export const LISTED = 50;

/** What of the proposals that were tried is kept on the patch; absent where no model was asked. */
export function modelUseOf(tried: readonly TriedProposal[], prices: ModelConfig['prices']): PatchModelUse | undefined {
  const questions = tried.flatMap(({ proposal, verdict }) => {
    if (proposal.model === undefined) return [];
    const { modelId, ...use } = proposal.model;
    const question: AskedQuestion = {
      ...use,
      verdict: proposal.problem?.code ?? verdict.verdict,
      refusals: [...new Set(verdict.refusals.map(({ code }) => code))],
    };
    return [{ modelId, question }];
  });
  const [first] = questions;
  if (first === undefined) return undefined;
  const asked = questions.map(({ question }) => question);
  return {
    id: first.modelId,
    questions: asked,
    ...(prices !== undefined && { cost: { amount: costOf(asked, prices), currency: prices.currency ?? 'USD' } }),
  };
}

/** Questions that were really asked: the others were answered from the record. */
export function paidCalls(use: PatchModelUse | undefined): number {
  return (use?.questions ?? []).filter((question) => !question.cached).length;
}

/** Parts of the currency's unit that a sum is kept to. */
const PARTS = 1_000_000;

function costOf(questions: readonly AskedQuestion[], prices: NonNullable<ModelConfig['prices']>): number {
  const cost = questions
    .filter((question) => !question.cached)
    .reduce((sum, question) => sum + priceOf(question, prices), 0);
  return Math.round(cost * PARTS) / PARTS;
}
