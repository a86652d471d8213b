import { z } from 'zod';
import { readFileIfThere } from '../adapters/local/files';
import { BadInputError } from '../domain/errors';

/**
 * Reads a JSON file of a known format.
 * @throws BadInputError where it cannot be read, is no JSON, or does not follow the format; says where
 */
export async function readJson<T extends z.ZodType>(path: string, format: T): Promise<z.output<T>> {
  const bytes = await readFileIfThere(path);
  if (bytes === undefined) throw new BadInputError(`${path} is not there`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new BadInputError(`${path} is not JSON`, { cause });
  }
  const parsed = format.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadInputError(`${path} does not follow its format:\n${z.prettifyError(parsed.error)}`);
}
