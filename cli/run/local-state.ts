import { userInfo } from 'node:os';
import { chooseEngine } from '../../adapters/local/engine/choose-engine';
import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import { FileNotifier } from '../../adapters/local/file-notifier';
import { lockState } from '../../adapters/local/state-lock';
import type { GoldenImage } from '../../domain/config/golden-image';
import { undeclaredImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import { progress } from '../output/console';
import { userPath } from '../user-path';
import { keepConfig, keptConfig } from './kept-config';
import { loadEstate } from './load-estate';
import type { OpenOptions, OperatedState, StateChoice } from './operated-state';
import type { KnownState } from './state-directory';
import { DEFAULT_STATE, openKnownState } from './state-directory';

/**
 * Opens the state directory of an earlier `patch`. Where no configuration is named, the one that the directory keeps is
 * taken, and said so; one that is named is kept by whatever writes.
 */
export async function openLocalState(
  { state: path, config }: Pick<StateChoice, 'state' | 'config'>,
  { writes, engine = 'auto', tag }: OpenOptions,
): Promise<OperatedState> {
  const kept = config === undefined ? await keptConfig(userPath(path), path) : undefined;
  const estate = await loadEstate(config ?? kept?.file, 'without-config');
  const state = await openKnownState(path, { writes });
  const unlock = writes ? closingOnFailure(state, () => lockState(state.path)) : undefined;
  const flags = [
    ...(path === DEFAULT_STATE ? [] : ['--state', path]),
    ...(config === undefined ? [] : ['--config', config]),
  ];
  if (kept !== undefined)
    progress(`configuration: ${kept.file}, kept from the last run with --config (sha256 ${kept.sha256.slice(0, 12)})`);
  if (config !== undefined && writes && estate.text !== undefined) await keepConfig(state.path, estate.text);
  const declared = [...estate.byRepository.values()];
  const others = config === undefined ? await knownImages(state, declared) : [];
  const images = [...declared, ...others];
  return {
    table: state.table,
    scripts: state.scripts,
    notifier: new FileNotifier(state.path, () => new Date()),
    images: images.sort((left, right) => (left.name < right.name ? -1 : 1)),
    exceptions: estate.exceptions,
    actor: (name) => name ?? userName(),
    flags: flags.map((flag) => ` ${shellWord(flag)}`).join(''),
    next: 'The next run of "golden-images patch" carries on.',
    registry: async () => {
      const chosen = await chooseEngine(engine);
      if (chosen === undefined)
        throw new BadInputError('no container engine is there, whose tag could be moved', {
          hint: 'run it where buildah, podman or docker is, or name one with --engine',
        });
      return makeEngineRegistry({ engine: chosen, ...(tag !== undefined && { tag }) });
    },
    close: () => {
      unlock?.();
      state.close();
    },
  };
}

/** Images of a state directory that its configuration does not declare: each has the name of its repository. */
async function knownImages({ table }: KnownState, declared: readonly GoldenImage[]): Promise<GoldenImage[]> {
  const images: GoldenImage[] = [];
  for (const partition of await table.partitions('IMAGE#')) {
    const name = (await table.query(partition)).find((item) => typeof item['image'] === 'string')?.['image'];
    if (typeof name === 'string' && !declared.some((image) => image.name === name)) images.push(undeclaredImage(name));
  }
  return images;
}

function closingOnFailure<T>(state: KnownState, open: () => T): T {
  try {
    return open();
  } catch (error) {
    state.close();
    throw error;
  }
}

/** Who runs this; a container may have no name for its user. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** A word as a shell reads it back. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
