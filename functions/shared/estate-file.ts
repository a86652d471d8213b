import { readFileSync } from 'node:fs';
import { configKeys } from '../../domain/config/config-schema';
import type { Estate } from '../../domain/config/golden-image';
import { toEstate } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';

/**
 * Loads the golden images, their policy and the exceptions that Terraform wrote from `golden-images.yaml` (docs/adr/0005).
 * @param file path of the JSON document
 * @throws BadInputError where it cannot be read or is no such document
 */
export function loadEstateFile(file: string): Estate {
  const parsed = configKeys.safeParse(readJson(file));
  if (!parsed.success)
    throw fault(
      file,
      parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`).join('; '),
    );
  const estate = toEstate(parsed.data);
  const names = new Set(parsed.data.images.map(({ name }) => name));
  if (estate.byRepository.size !== parsed.data.images.length || names.size !== parsed.data.images.length)
    throw fault(file, 'two images have the same name or repository');
  return estate;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(file, error instanceof Error ? error.message : String(error), error);
  }
}

function fault(file: string, what: string, cause?: unknown): BadInputError {
  return new BadInputError(`the golden images cannot be loaded from ${file}: ${what}`, {
    hint: 'it is written from golden-images.yaml when the stack is synthesized: deploy again',
    cause,
  });
}
