import type { TriedProposal } from '../../../domain/author/authored';
import { modelUseOf, paidCalls } from '../../../domain/author/patch-authorship';
import type { PatchProposal } from '../../../domain/author/proposal';
import { rulesAuthor } from '../../../domain/author/rules-author';
import type { RefusalCode, VettingResult } from '../../../domain/vetting/operations';
import { ask, makeProposal, makeUse } from './samples';

const verdict = (...codes: RefusalCode[]): VettingResult => ({
  verdict: codes.length === 0 ? 'accepted' : 'refused',
  operations: [],
  uncovered: [],
  refusals: codes.map((code) => ({ command: 'c', code, message: 'm' })),
});
const tried = (proposal: Partial<PatchProposal>, ...codes: RefusalCode[]): TriedProposal => ({
  proposal: makeProposal(proposal),
  verdict: verdict(...codes),
});
const byRules = async (): Promise<TriedProposal> => ({
  proposal: await rulesAuthor.propose(ask().request),
  verdict: verdict(),
});

it('rules alone have asked no model', async () => {
  expect(modelUseOf([await byRules()], undefined)).toBeUndefined();
  expect(paidCalls(undefined)).toBe(0);
});

it('each question is kept with what became of its answer, in the order of asking', async () => {
  const problem = { code: 'cut-off' as const, message: 'm', repairable: true };
  const use = modelUseOf(
    [
      tried({ problem, model: makeUse({ requestHash: '1'.repeat(64), stopReason: 'max_tokens' }) }),
      tried({ model: makeUse({ requestHash: '2'.repeat(64) }) }, 'downgrade', 'shell-syntax', 'downgrade'),
      await byRules(),
    ],
    undefined,
  );
  const { modelId: _id, ...kept } = makeUse();
  expect(use).toEqual({
    id: 'model-1',
    questions: [
      { ...kept, requestHash: '1'.repeat(64), stopReason: 'max_tokens', verdict: 'cut-off', refusals: [] },
      { ...kept, requestHash: '2'.repeat(64), verdict: 'refused', refusals: ['downgrade', 'shell-syntax'] },
    ],
  });
  expect(paidCalls(use)).toBe(2);
});

describe('what it costs', () => {
  const prices = { inputPerMillionTokens: 3, outputPerMillionTokens: 15 };

  it('is input and output by their prices, in US dollars unless told', () => {
    expect(modelUseOf([tried({}), tried({})], prices)?.cost).toEqual({ amount: 0.009, currency: 'USD' });
    expect(modelUseOf([tried({})], { ...prices, currency: 'EUR' })?.cost).toEqual({ amount: 0.0045, currency: 'EUR' });
  });

  it('is not known without prices', () => {
    expect(modelUseOf([tried({})], undefined)).not.toHaveProperty('cost');
  });

  it('is nothing for answers on record, which are no calls either', () => {
    const use = modelUseOf([tried({ model: makeUse({ cached: true }) }), tried({})], prices);
    expect([use?.cost?.amount, paidCalls(use), use?.questions.length]).toEqual([0.0045, 1, 2]);
    expect(modelUseOf([tried({ model: makeUse({ cached: true }) })], prices)?.cost?.amount).toBe(0);
  });

  it('is rounded to a millionth', () => {
    const model = makeUse({ inputTokens: 1, outputTokens: 0 });
    expect(modelUseOf([tried({ model })], { ...prices, inputPerMillionTokens: 0.7 })?.cost?.amount).toBe(0.000001);
    expect(modelUseOf([tried({ model })], { ...prices, inputPerMillionTokens: 0.4 })?.cost?.amount).toBe(0);
  });
});
