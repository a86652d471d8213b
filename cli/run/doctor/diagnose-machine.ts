import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chooseEngine } from '../../../adapters/local/engine/choose-engine';
import { ENGINE_NAMES } from '../../../adapters/local/engine/engine';
import { GoldenImagesError } from '../../../domain/errors';
import { userPath } from '../../user-path';
import { loadEstate } from '../load-estate';
import { keptConfig } from '../kept-config';
import { openKnownState } from '../state-directory';
import type { Check, CheckResult } from './check';
import { failure, ok, runChecks, warning } from './check';

/** What of this machine is looked at. */
export interface Machine {
  /** State directory, as given. */
  readonly state: string;
  /** Configuration, as given. */
  readonly config?: string;
}

const engine: Check<Machine> = {
  id: 'container-engine',
  look: async () => {
    const found = await chooseEngine('auto');
    return [
      found === undefined
        ? failure(
            'container engine',
            `none of ${ENGINE_NAMES.join(', ')} works here: nothing can be built`,
            'install buildah (apt-get install buildah), or start docker, and try its "info"',
          )
        : ok('container engine', `${found.name} works`),
    ];
  },
};

const state: Check<Machine> = {
  id: 'state-directory',
  look: async ({ state: given }) => {
    const path = userPath(given);
    const subject = `state directory ${given}`;
    const isThere = await stat(path).then(
      (found) => found.isDirectory(),
      () => undefined,
    );
    if (isThere === false) return [failure(subject, 'it is no directory', 'name another one with --state')];
    const parent = await nearest(path);
    const isWritable = await access(parent, constants.R_OK | constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable)
      return [failure(subject, `${parent} cannot be written to`, 'change its owner, or name another one with --state')];
    if (isThere === undefined) return [ok(subject, 'it is not there yet; patch makes it')];
    if (!(await exists(join(path, 'table.sqlite')))) return [ok(subject, 'it is there, and has no findings yet')];
    try {
      const opened = await openKnownState(given, { writes: false });
      try {
        const images = await opened.table.partitions('IMAGE#');
        return [ok(subject, `it can be used, and knows ${images.length} ${images.length === 1 ? 'image' : 'images'}`)];
      } finally {
        opened.close();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [failure(subject, `its table cannot be opened: ${why}`, 'move the directory away, and run patch again')];
    }
  },
};

const config: Check<Machine> = {
  id: 'configuration',
  look: async ({ state: given, config: named }) => {
    const file = named ?? (await keptConfig(userPath(given), given))?.file;
    if (file === undefined)
      return [
        warning(
          'configuration',
          'none is named: every repository in the findings is a golden image, with the built-in policy',
          'name one with --config golden-images.yaml',
        ),
      ];
    try {
      const { byRepository, author, model } = await loadEstate(file, 'without-config');
      if (author === 'bedrock' && model === undefined)
        return [
          warning(
            `configuration ${file}`,
            'the author is bedrock, and no model is named outside of its environments: patch refuses to begin without --model',
            'set model.id in it, or the author to bedrock-then-rules or rules',
          ),
        ];
      return [ok(`configuration ${file}`, `it is valid, and declares ${byRepository.size} images`)];
    } catch (error) {
      if (!(error instanceof GoldenImagesError)) throw error;
      return [failure(`configuration ${file}`, error.message, error.hint ?? 'correct it')];
    }
  },
};

/** Looks at this machine, and changes nothing: whether `patch` can run here. */
export async function diagnoseMachine(machine: Machine): Promise<readonly CheckResult[]> {
  return await runChecks([engine, state, config], machine);
}

/** The path itself, or the directory nearest above it that is there. */
async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if ((await exists(at)) || at === dirname(at)) return at;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
