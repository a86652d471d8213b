import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfThere, replaceFile } from '../../adapters/local/files';

/**
 * Name, in a state directory, of the configuration that the state was made with. Not the one that people give theirs: a state
 * directory may be the one that they work in.
 */
export const KEPT_CONFIG = 'kept-config.yaml';

/**
 * Keeps a configuration in a state directory, so that commands without `--config` judge by what the state was made with,
 * and not by built-in defaults.
 * @param directory of the state, which is there
 * @throws GoldenImagesError where it cannot be written
 */
export async function keepConfig(directory: string, text: string): Promise<void> {
  const path = join(directory, KEPT_CONFIG);
  if ((await readFileIfThere(path))?.toString('utf8') !== text) await replaceFile(path, text);
}

/** A configuration that a state directory keeps. */
export interface KeptConfig {
  /** Path of the copy, below the directory as it was given. */
  readonly file: string;
  /** SHA-256 (hex) of its bytes. */
  readonly sha256: string;
}

/**
 * Finds the configuration that a state directory keeps.
 * @param directory absolute
 * @param given the directory as the user named it
 * @throws GoldenImagesError where it is there and cannot be read: built-in defaults would tell something else
 */
export async function keptConfig(directory: string, given: string): Promise<KeptConfig | undefined> {
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const bytes = isDirectory ? await readFileIfThere(join(directory, KEPT_CONFIG)) : undefined;
  if (bytes === undefined) return undefined;
  return { file: join(given, KEPT_CONFIG), sha256: createHash('sha256').update(bytes).digest('hex') };
}
