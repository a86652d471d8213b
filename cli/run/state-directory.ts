import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../adapters/local/files';
import { FileRebuildSignal } from '../../adapters/local/file-rebuild-signal';
import { FileScriptStore } from '../../adapters/local/file-script-store';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import { LocalStream } from '../../adapters/local/table-stream';
import { BadInputError } from '../../domain/errors';
import { userPath } from '../user-path';

/** State directory where none is named. */
export const DEFAULT_STATE = '.golden-images';

/** Everything that the local mode keeps, in one directory that can be moved or deleted as a whole. */
export interface StateDirectory {
  /** Absolute path. */
  readonly path: string;
  readonly table: SqliteFindingTable;
  readonly stream: LocalStream;
  readonly scripts: FileScriptStore;
  readonly signal: FileRebuildSignal;
  /** Directory of the builds' logs and outcomes. */
  readonly builds: string;
  /** Closes the table's file. */
  close(): void;
}

/**
 * Opens a state directory, making it where there is none, unless it must exist.
 * @throws BadInputError where it cannot be used
 */
export async function openStateDirectory(
  directory: string | undefined,
  options: { readonly mustExist?: boolean } = {},
): Promise<StateDirectory> {
  const path = userPath(directory ?? DEFAULT_STATE);
  if (options.mustExist === true && (await stat(join(path, 'table.sqlite')).catch(() => undefined)) === undefined)
    throw new BadInputError(`--state ${directory ?? DEFAULT_STATE}: there is no state of an earlier run`, {
      hint: 'run "golden-images patch" first, or name its state directory',
    });
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw fileError(path, 'create', error);
  });
  const database = join(path, 'table.sqlite');
  const table = new SqliteFindingTable(database);
  const stream = new LocalStream(database);
  return {
    path,
    table,
    stream,
    scripts: new FileScriptStore(path),
    signal: new FileRebuildSignal(path),
    builds: join(path, 'builds'),
    close: () => {
      stream.close();
      table.close();
    },
  };
}
