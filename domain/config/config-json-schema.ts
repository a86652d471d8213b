import { z } from 'zod';
import { configKeys } from './config-schema';

/** The JSON Schema (2020-12) of `golden-images.yaml`, as the text of a file. */
export function configJsonSchema(): string {
  const schema = {
    title: 'golden-images.yaml',
    description: 'The golden images of an estate and the policy that they are patched by.',
    ...z.toJSONSchema(configKeys, { io: 'input' }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
