import { readFile, stat } from 'node:fs/promises';
import type { GoldenImage } from '../../domain/config/golden-image';
import { toEstate, undeclaredImage } from '../../domain/config/golden-image';
import { parseConfig } from '../../domain/config/parse-config';
import type { AuthorChoice } from '../../domain/author/proposal';
import { BadInputError } from '../../domain/errors';
import type { RiskException } from '../../domain/policy/exception';
import { userPath } from '../user-path';

const DEFAULT_FILE = 'golden-images.yaml';

/** The golden images of a run: those that the configuration declares, and, where allowed, any other repository. */
export interface RunEstate {
  /** Filled in where a run learns more of an image. */
  readonly byRepository: Map<string, GoldenImage>;
  readonly exceptions: readonly RiskException[];
  /** Author that the configuration names, if any. */
  readonly author?: AuthorChoice;
}

/**
 * Loads `golden-images.yaml`.
 * @param file path as given; absent: `golden-images.yaml` in the working directory, if there is one
 * @param undeclared `always`: every repository that is not declared is a golden image of its own name; `without-config`:
 *   only where no configuration was named
 */
export async function loadEstate(
  file: string | undefined,
  undeclared: 'always' | 'without-config',
): Promise<RunEstate> {
  const path = userPath(file ?? DEFAULT_FILE);
  const text = await readFile(path, 'utf8').catch(async (error: unknown) => {
    if (file === undefined && (await stat(path).catch(() => undefined)) === undefined) return undefined;
    throw new BadInputError(`--config ${file ?? DEFAULT_FILE} cannot be read`, {
      hint: error instanceof Error ? error.message : 'check the path',
      cause: error,
    });
  });
  const config = text === undefined ? undefined : parseConfig(text, file ?? DEFAULT_FILE);
  const declared = config === undefined ? undefined : toEstate(config);
  const openToAll = undeclared === 'always' || file === undefined;
  return {
    byRepository: openToAll ? new OpenRepositories(declared?.byRepository) : new Map(declared?.byRepository),
    exceptions: declared?.exceptions ?? [],
    ...(config?.author !== undefined && { author: config.author }),
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
