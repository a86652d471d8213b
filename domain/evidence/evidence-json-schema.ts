import { z } from 'zod';
import { evidenceSchema } from './evidence-schema';

/** The JSON Schema (2020-12) of the evidence of a patch, as the text of a file. */
export function evidenceJsonSchema(): string {
  const schema = {
    title: 'Evidence of a golden image patch',
    description: 'What one candidate was made from, what proves it, and what became of it (docs/proof.md).',
    ...z.toJSONSchema(evidenceSchema, { io: 'input' }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
