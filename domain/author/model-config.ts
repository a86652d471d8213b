import { z } from 'zod';
import { REGION } from '../config/partition';

/** `model` of `golden-images.yaml`: which model of Amazon Bedrock writes patch commands, and what it may cost. */
export const modelKeys = z.strictObject({
  id: z
    .string()
    .regex(
      /^(?:[a-z0-9][a-z0-9.-]*(?::[0-9]+)*|arn:aws[a-z-]*:(?:bedrock|sagemaker):[a-z0-9-]*:[0-9]*:[A-Za-z0-9._/:-]+)$/,
      'is not the id or ARN of a Bedrock model or inference profile, e.g. us.anthropic.claude-sonnet-4-6',
    )
    .max(2_048)
    .describe('Id or ARN of the model, or of an inference profile of it. Without it, rules write every patch.'),
  region: z
    .string()
    .regex(REGION, 'is not an AWS region')
    .optional()
    .describe("Region that the model is asked in. Default: the environment's."),
  maximumTokens: z.number().int().min(256).max(64_000).optional().describe('Output tokens per answer. Default 4096.'),
  timeoutSeconds: z
    .number()
    .int()
    .min(5)
    .max(400)
    .optional()
    .describe(
      'Limit of the time for one answer, retries of throttling included; a patch may need two answers, and a Lambda has 900 seconds. Default 240.',
    ),
  callsPerDay: z.number().int().min(0).max(10_000).optional().describe('Questions per image and UTC day. Default 20.'),
  tokensPerDay: z
    .number()
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe('Tokens per image and UTC day, input and output together. Default 500000.'),
  structuredOutput: z
    .boolean()
    .optional()
    .describe(
      'Whether the model takes outputConfig. Default: what is known of its family; needed where an ARN hides it.',
    ),
  guardrail: z
    .strictObject({
      id: z
        .string()
        .regex(/^(?:[a-z0-9]+|arn:aws[a-z-]*:bedrock:[A-Za-z0-9:/._-]+)$/, 'is not the id or ARN of a guardrail'),
      version: z.string().regex(/^(?:[1-9][0-9]{0,7}|DRAFT)$/, 'is not a version of a guardrail: a number, or DRAFT'),
    })
    .optional()
    .describe('Bedrock Guardrail that judges text from outside, e.g. with its prompt attack filter.'),
  prices: z
    .strictObject({
      inputPerMillionTokens: z.number().min(0).max(100_000),
      outputPerMillionTokens: z.number().min(0).max(100_000),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'is not an ISO 4217 currency such as USD')
        .optional()
        .describe('Default USD.'),
    })
    .optional()
    .describe('What tokens cost, so that patches can say what they cost.'),
});

/** `model` as declared. */
export type ModelConfig = z.infer<typeof modelKeys>;

/** Questions per image and UTC day where the configuration does not say. */
export const CALLS_PER_DAY = 20;
/** Tokens per image and UTC day where the configuration does not say. */
export const TOKENS_PER_DAY = 500_000;
/**
 * Seconds for one answer where the configuration does not say: the first use of a schema is compiled "up to a few minutes"
 * (Bedrock user guide, structured-output).
 */
export const MODEL_TIMEOUT_SECONDS = 240;
