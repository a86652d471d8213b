import { readFile } from 'node:fs/promises';
import type { ModelConfig } from '../../domain/author/model-config';
import type { AuthorChoice } from '../../domain/author/proposal';
import type { GoldenImage } from '../../domain/config/golden-image';
import { toEstate, undeclaredImage } from '../../domain/config/golden-image';
import { parseConfig } from '../../domain/config/parse-config';
import { BadInputError } from '../../domain/errors';
import type { RiskException } from '../../domain/policy/exception';
import { userPath } from '../user-path';

/** The golden images of a run: those that the configuration declares, and, where allowed, any other repository. */
export interface RunEstate {
  /** Filled in where a run learns more of an image. */
  readonly byRepository: Map<string, GoldenImage>;
  readonly exceptions: readonly RiskException[];
  /** Who writes patch commands, where the configuration says so. */
  readonly author?: AuthorChoice;
  readonly model?: ModelConfig;
  /** Text of the configuration; absent where none was named. */
  readonly text?: string;
}

/**
 * Loads `golden-images.yaml`.
 * @param file path as given; absent: nothing is declared
 * @param undeclared `always`: every repository that is not declared is a golden image of its own name; `without-config`:
 *   only where no configuration was named
 * @throws BadInputError where it cannot be read, or is wrong
 */
export async function loadEstate(
  file: string | undefined,
  undeclared: 'always' | 'without-config',
): Promise<RunEstate> {
  if (file === undefined) return { byRepository: new OpenRepositories(), exceptions: [] };
  const text = await readFile(userPath(file), 'utf8').catch((error: unknown) => {
    throw new BadInputError(`--config ${file} cannot be read`, {
      hint: error instanceof Error ? error.message : 'check the path',
      cause: error,
    });
  });
  const { byRepository, ...estate } = toEstate(parseConfig(text, file));
  return {
    ...estate,
    text,
    byRepository: undeclared === 'always' ? new OpenRepositories(byRepository) : new Map(byRepository),
  };
}

/** Declared images, and one made on demand for every other repository that is asked for. */
class OpenRepositories extends Map<string, GoldenImage> {
  override get(repository: string): GoldenImage {
    const known = super.get(repository) ?? undeclaredImage(repository);
    this.set(repository, known);
    return known;
  }
}

/** Images that findings were about, by name. */
export function imagesOf(byRepository: ReadonlyMap<string, GoldenImage>, names: ReadonlySet<string>): GoldenImage[] {
  return [...byRepository.values()]
    .filter((image) => names.has(image.name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
