import { z } from 'zod';

const text = z.string().regex(/\S/, 'is blank');
const cachePoint = z.strictObject({ cachePoint: z.strictObject({ type: z.literal('default') }) });
const guardContent = z.strictObject({
  guardContent: z.strictObject({
    text: z.strictObject({
      text,
      qualifiers: z.array(z.enum(['grounding_source', 'query', 'guard_content'])).optional(),
    }),
  }),
});
const contentBlock = z.union([z.strictObject({ text }), guardContent, cachePoint]);
const toolChoice = z.union([
  z.strictObject({ auto: z.strictObject({}) }),
  z.strictObject({ any: z.strictObject({}) }),
  z.strictObject({ tool: z.strictObject({ name: z.string() }) }),
]);
const toolSpec = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().min(1).optional(),
  inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
  strict: z.boolean().optional(),
});

/**
 * Body of a Converse request as far as this project sends one: the members and limits of botocore's bedrock-runtime model
 * (Bedrock API, Converse). Members that are not here are refused, so that a new one is thought about.
 */
export const converseBody = z.strictObject({
  messages: z
    .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(contentBlock).min(1) }))
    .min(1),
  system: z.array(contentBlock).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  toolConfig: z
    .strictObject({
      tools: z.array(z.union([z.strictObject({ toolSpec }), cachePoint])).min(1),
      toolChoice: toolChoice.optional(),
    })
    .optional(),
  guardrailConfig: z
    .strictObject({
      guardrailIdentifier: z
        .string()
        .regex(/^(?:[a-z0-9]+|arn:aws[^:]*:bedrock:[a-z0-9-]+:[0-9]{12}:guardrail\/[a-z0-9]+)$/)
        .max(2_048),
      guardrailVersion: z.string().regex(/^(?:[1-9][0-9]{0,7}|DRAFT)$/),
      trace: z.enum(['enabled', 'disabled', 'enabled_full']).optional(),
    })
    .optional(),
  outputConfig: z
    .strictObject({
      textFormat: z
        .strictObject({
          type: z.literal('json_schema'),
          structure: z.strictObject({
            jsonSchema: z.strictObject({
              schema: z.string(),
              name: z.string().optional(),
              description: z.string().optional(),
            }),
          }),
        })
        .optional(),
      effort: z.string().optional(),
    })
    .optional(),
  requestMetadata: z.record(z.string().min(1).max(256), z.string().max(256)).optional(),
  serviceTier: z.strictObject({ type: z.enum(['priority', 'default', 'flex', 'reserved']) }).optional(),
  performanceConfig: z.strictObject({ latency: z.enum(['standard', 'optimized']) }).optional(),
  additionalModelRequestFields: z.record(z.string(), z.unknown()).optional(),
});

/** Body of a Converse request. */
export type ConverseBody = z.infer<typeof converseBody>;

/** A request that the service would take, as a behaviour sees it. */
export interface ConverseCall {
  /** From the path, decoded: an id or an ARN. */
  readonly modelId: string;
  /** From the scope of the signature; undefined where a bearer token stands in its place. */
  readonly region: string | undefined;
  readonly body: ConverseBody;
  /** Counts the requests of the server that the service would take, from 1. */
  readonly number: number;
}

/** Blocks of text of a message list or of the system prompt, guarded ones included, in order. */
export function textsOf(blocks: readonly z.infer<typeof contentBlock>[]): string[] {
  return blocks.flatMap((block) => {
    if ('text' in block) return [block.text];
    return 'guardContent' in block ? [block.guardContent.text.text] : [];
  });
}
