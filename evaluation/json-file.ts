import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BadInputError } from '../domain/errors';

/**
 * Reads a JSON file of a known format.
 * @throws BadInputError where it cannot be read, is no JSON, or does not follow the format; says where
 */
export async function readJson<T extends z.ZodType>(path: string, format: T): Promise<z.output<T>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `is not JSON: ${cause.message}` : 'cannot be read';
    throw new BadInputError(`${path} ${why}`, { cause });
  }
  const parsed = format.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadInputError(`${path} does not follow its format:\n${z.prettifyError(parsed.error)}`);
}
