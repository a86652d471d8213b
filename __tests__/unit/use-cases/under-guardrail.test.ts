import { underGuardrail } from '../../../functions/generate-patch/under-guardrail';

const MODEL = { id: 'amazon.nova-2-lite-v1:0', callsPerDay: 3 };

it("the model is asked under the stack's guardrail", () => {
  expect(underGuardrail(MODEL, 'abcdef123456:1')).toEqual({
    ...MODEL,
    guardrail: { id: 'abcdef123456', version: '1' },
  });
});

it('another that the configuration names comes first', () => {
  const named = { ...MODEL, guardrail: { id: 'named', version: 'DRAFT' } };
  expect(underGuardrail(named, 'abcdef123456:1')).toEqual(named);
});

it('without a guardrail, or without a model, nothing changes', () => {
  expect(underGuardrail(MODEL, undefined)).toBe(MODEL);
  expect(underGuardrail(undefined, 'abcdef123456:1')).toBeUndefined();
});
