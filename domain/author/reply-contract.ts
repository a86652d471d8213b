import { z } from 'zod';

/** Name of the tool by whose call a model answers. */
export const REPLY_TOOL = 'propose_patch';

/** What the tool is for, as the model reads it. */
export const REPLY_TOOL_DESCRIPTION =
  'Proposes the package manager commands that bring every target of the request to its floor or above.';

/**
 * What a model has to answer: the single source of the tool's JSON schema, of the structured output's, and of the local
 * check. Limits are checked locally only: services refuse schemas that have them (Bedrock user guide,
 * structured-output).
 */
export const replyContract = z.object({
  commands: z
    .array(z.string().max(4_000))
    .max(100)
    .describe('Shell commands, one simple package manager command each, in the order in which they are to run.'),
  notFixable: z
    .array(z.object({ package: z.string().max(256), reason: z.string().max(2_000) }))
    .max(500)
    .describe('Targets that no command of the package manager can bring to the floor, each with the reason.'),
  explanation: z.string().max(8_000).describe('Why these commands, in a few sentences, for the audit.'),
});

/** An answer of the right shape; what it says is still to be vetted. */
export type Reply = z.infer<typeof replyContract>;

/** Keywords that structured output takes (Bedrock user guide, structured-output: a subset of JSON Schema 2020-12). */
const KEYWORDS = new Set(['type', 'properties', 'required', 'items', 'description', 'additionalProperties']);

/** The contract as JSON schema, byte-stable, in the subset that every model family takes. */
export function replyJsonSchema(): Record<string, unknown> {
  return reduce(z.toJSONSchema(replyContract)) as Record<string, unknown>;
}

function reduce(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => KEYWORDS.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (keyword === 'items') return [keyword, reduce(value)];
      if (keyword !== 'properties') return [keyword, value];
      const properties = Object.entries(value as Record<string, unknown>);
      return [keyword, Object.fromEntries(properties.map(([name, inner]) => [name, reduce(inner)]))];
    }),
  );
}
