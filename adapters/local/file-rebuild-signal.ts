import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { RebuildSignal } from '../../domain/ports';
import { pathSegment } from '../shared/path-segment';
import { isWellFormed, quoted } from '../shared/text';
import { createFile, errorCode, fileError, readFileIfThere } from './files';

/** Most bytes of a value in UTF-8. Source: SSM Parameter Store, standard parameters. */
const SIGNAL_BYTES_LIMIT = 4096;
/** How many versions of a parameter are kept. Source: SSM Parameter Store, parameter history. */
const SIGNAL_VERSIONS_KEPT = 100;
/** Every lost race means that another put won, so this many in a row do not happen. */
const ATTEMPTS = 1000;

const FILE_NAME = /^(?<version>\d{12})\.txt$/;

function fileName(version: number): string {
  return `${String(version).padStart(12, '0')}.txt`;
}

/**
 * Rebuild signals in a directory: `signals/<image>/<version>.txt` holds the value of a version, the greatest is the
 * parameter's. A version is taken by creating its file as a whole (link of a finished temporary file, which fails where
 * there is one), so that puts of several processes never get the same version. The last 100 are kept.
 */
export class FileRebuildSignal implements RebuildSignal {
  private readonly root: string;

  /** @param root directory that holds everything; created with the first write */
  constructor(root: string) {
    this.root = resolve(root);
  }

  async put(image: string, value: string): Promise<{ version: number }> {
    const bytes = Buffer.byteLength(value);
    if (bytes === 0 || bytes > SIGNAL_BYTES_LIMIT || !isWellFormed(value)) {
      throw new BadInputError(`the rebuild signal ${quoted(value)} of image ${quoted(image)} has ${bytes} bytes`, {
        hint: `1 to ${SIGNAL_BYTES_LIMIT} bytes of well-formed text are allowed`,
      });
    }
    const directory = this.directory(image);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const versions = await versionsIn(directory);
      const version = (versions.at(-1) ?? 0) + 1;
      if (await createFile(join(directory, fileName(version)), value)) {
        await forget(
          directory,
          versions.filter((old) => old <= version - SIGNAL_VERSIONS_KEPT),
        );
        return { version };
      }
    }
    throw contended('write', directory);
  }

  async get(image: string): Promise<{ value: string; version: number } | undefined> {
    const directory = this.directory(image);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const version = (await versionsIn(directory)).at(-1);
      if (version === undefined) return undefined;
      const value = await readFileIfThere(join(directory, fileName(version)));
      if (value !== undefined) return { value: value.toString('utf8'), version };
      // A hundred puts went by since the list was read, and took the file with them: look again.
    }
    throw contended('read', directory);
  }

  private directory(image: string): string {
    return join(this.root, 'signals', pathSegment('image name', image));
  }
}

function contended(verb: 'read' | 'write', directory: string): GoldenImagesError {
  return new GoldenImagesError('internal', `cannot ${verb} a rebuild signal in ${directory}: its files keep changing`, {
    hint: 'check that only one golden-images run uses the state directory, then retry',
  });
}

/** The versions that are kept, least first. */
async function versionsIn(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    return names
      .flatMap((name) => FILE_NAME.exec(name)?.groups?.['version'] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileError(directory, 'read', error);
  }
}

async function forget(directory: string, versions: readonly number[]): Promise<void> {
  for (const version of versions) {
    const path = join(directory, fileName(version));
    await rm(path, { force: true }).catch((error: unknown) => {
      throw fileError(path, 'write', error);
    });
  }
}
