import type { ModelConfig } from '../../../domain/author/model-config';
import { AUTHORS } from '../../../domain/author/proposal';
import { toEstate } from '../../../domain/config/golden-image';
import { parseConfig } from '../../../domain/config/parse-config';
import { BadInputError } from '../../../domain/errors';

const IMAGES = 'images: [{name: a, repository: golden/a, parent: debian}]';

function parse(more: string): { author?: string; model?: ModelConfig } {
  const { author, model } = toEstate(parseConfig(`version: 1\n${IMAGES}\n${more}\n`, 'f.yaml'));
  return { ...(author !== undefined && { author }), ...(model !== undefined && { model }) };
}

it('neither author nor model need be said', () => {
  expect(parse('')).toEqual({});
});

it.each(AUTHORS)('the author may be %s', (author) => {
  expect(parse(`author: ${author}`)).toEqual({ author });
});

it.each(['Bedrock', 'gpt', '""', '[rules]'])('the author may not be %s', (author) => {
  expect(() => parse(`author: ${author}`)).toThrow('f.yaml:3:9: author: ');
});

it('a model has an id; everything else is optional', () => {
  expect(parse('model: {id: us.anthropic.claude-sonnet-4-6}')).toEqual({
    model: { id: 'us.anthropic.claude-sonnet-4-6' },
  });
  const model = {
    id: 'm',
    region: 'eu-central-1',
    maximumTokens: 8192,
    timeoutSeconds: 60,
    callsPerDay: 0,
    tokensPerDay: 0,
    structuredOutput: false,
    guardrail: { id: 'abc123', version: 'DRAFT' },
    prices: { inputPerMillionTokens: 3, outputPerMillionTokens: 15.5, currency: 'EUR' },
  };
  expect(parse(`model: ${JSON.stringify(model)}`)).toEqual({ model });
});

it.each([
  'anthropic.claude-3-5-sonnet-20241022-v2:0',
  'us.anthropic.claude-sonnet-4-6',
  'amazon.nova-lite-v1:0',
  'openai.gpt-oss-120b-1:0',
  'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6',
  'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
  'arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:provisioned-model/abc123',
  'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e',
])('takes the id %s', (id) => {
  expect(parse(`model: {id: "${id}"}`).model?.id).toBe(id);
});

it.each(['', ' m', 'm m', '-m', 'M', '../m', 'm/../../x', 'm?x=1', 'http://m', 'arn:aws:s3:::bucket/m', `m\u202e`])(
  'refuses the id %p with an example of one',
  (id) => {
    const parseIt = (): unknown => parse(`model: {id: ${JSON.stringify(id)}}`);
    expect(parseIt).toThrow(BadInputError);
    expect(parseIt).toThrow('is not the id or ARN of a Bedrock model or inference profile');
  },
);

it.each([
  ['id', 'region: us-east-1'],
  ['region', 'id: m, region: "us east"'],
  ['region', 'id: m, region: us-east-1.evil.example'],
  ['maximumTokens', 'id: m, maximumTokens: 255'],
  ['maximumTokens', 'id: m, maximumTokens: 64001'],
  ['timeoutSeconds', 'id: m, timeoutSeconds: 4'],
  ['timeoutSeconds', 'id: m, timeoutSeconds: 801'],
  ['callsPerDay', 'id: m, callsPerDay: -1'],
  ['callsPerDay', 'id: m, callsPerDay: 1.5'],
  ['tokensPerDay', 'id: m, tokensPerDay: -1'],
  ['structuredOutput', 'id: m, structuredOutput: "yes"'],
  ['guardrail.version', 'id: m, guardrail: {id: abc}'],
  ['guardrail.version', 'id: m, guardrail: {id: abc, version: "0"}'],
  ['guardrail.id', 'id: m, guardrail: {id: "A B", version: "1"}'],
  ['prices.outputPerMillionTokens', 'id: m, prices: {inputPerMillionTokens: 1}'],
  ['prices.inputPerMillionTokens', 'id: m, prices: {inputPerMillionTokens: -1, outputPerMillionTokens: 1}'],
  ['prices.currency', 'id: m, prices: {inputPerMillionTokens: 1, outputPerMillionTokens: 1, currency: usd}'],
])('names model.%s where it is wrong: %s', (key, model) => {
  expect(() => parse(`model: {${model}}`)).toThrow(`model.${key}: `);
});

it('a key that nobody knows is named', () => {
  expect(() => parse('model: {id: m, temperature: 0}')).toThrow('model: unknown key "temperature"');
});
