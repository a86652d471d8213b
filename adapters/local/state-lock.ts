import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError } from '../../domain/errors';
import { errorCode, fileError } from './files';

const LOCK_FILE = 'lock';

/**
 * Makes this process the only one that builds from a state directory. The lock of a process that is gone is taken over.
 * @returns gives the lock back
 * @throws BadInputError where another living process has it
 */
export async function lockState(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, LOCK_FILE);
  for (let takenOver = false; ; takenOver = true) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(`${process.pid}\n`);
      await handle.close();
      return async () => {
        await rm(path, { force: true });
      };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw fileError(path, 'create', error);
    }
    const holder = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
    if (takenOver || isAlive(holder))
      throw new BadInputError(`another golden-images run (process ${holder}) uses the state directory ${directory}`, {
        hint: 'wait for its end, or name another --state',
      });
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
