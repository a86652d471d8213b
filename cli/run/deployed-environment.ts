import { readFile } from 'node:fs/promises';
import type { DeployedNames } from '../../domain/config/deployed-names';
import { deployedNames } from '../../domain/config/deployed-names';
import type { Environment } from '../../domain/config/environment';
import { environmentOf, estateIn } from '../../domain/config/environment';
import type { Estate } from '../../domain/config/golden-image';
import { toEstate } from '../../domain/config/golden-image';
import { parseConfig } from '../../domain/config/parse-config';
import { BadInputError } from '../../domain/errors';
import { userPath } from '../user-path';

/** Configuration where none is named. */
export const DEFAULT_CONFIG = 'golden-images.yaml';

/** An environment of `golden-images.yaml`, and the names of what its stacks have made. */
export interface DeployedEnvironment {
  readonly environment: Environment;
  readonly names: DeployedNames;
  /** The images and exceptions as they are in force there. */
  readonly estate: Estate;
}

/**
 * Reads an environment from the configuration. Nothing is asked of AWS.
 * @param config path as given; default `golden-images.yaml`
 * @param name of the environment
 * @throws BadInputError where the file cannot be read or is wrong, or has no such environment
 */
export async function loadDeployed(config: string | undefined, name: string): Promise<DeployedEnvironment> {
  const file = config ?? DEFAULT_CONFIG;
  const text = await readFile(userPath(file), 'utf8').catch((error: unknown) => {
    throw new BadInputError(`${file} cannot be read`, {
      hint: `--config names the golden-images.yaml that declares the environment ${name}`,
      cause: error,
    });
  });
  const parsed = parseConfig(text, file);
  const declared = Object.keys(parsed.environments ?? {});
  if (!declared.includes(name))
    throw new BadInputError(`--environment ${name}: ${file} declares no such environment`, {
      hint: declared.length === 0 ? 'it declares none' : `it has ${declared.join(', ')}`,
    });
  const environment = environmentOf(parsed, name, file);
  return { environment, names: deployedNames(environment), estate: toEstate(estateIn(parsed, name)) };
}
