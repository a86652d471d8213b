import type { EngineName } from '../../adapters/local/engine/engine';
import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { FindingTable, ImageRegistry, Notifier, ScriptStore } from '../../domain/ports';
import { openLocalState } from './local-state';

/** What a person looks at and decides on: a state directory of this machine, or an environment on AWS. */
export interface OperatedState {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly notifier: Notifier;
  /** Declared images; of a state directory, where no configuration is named, also those that it knows. Sorted by name. */
  readonly images: readonly GoldenImage[];
  readonly exceptions: Estate['exceptions'];
  /**
   * Who acts, as it is kept. On AWS always the ARN of the credentials, with ` for <name>` behind it where somebody is named;
   * on this machine the one who is named, else the user of the system.
   * @param name who acts, or for whom, as `--by` says it
   */
  readonly actor: (name: string | undefined) => string;
  /** Options that make a command be about this state, as they are typed; empty, or with a space before. */
  readonly flags: string;
  /** What carries on after a decision, in a sentence. */
  readonly next: string;
  /** Where the tags are that a rollback moves. @throws GoldenImagesError where it cannot be had */
  registry(): Promise<ImageRegistry>;
  close(): void;
}

/** Which state a command is about, as its options say. */
export interface StateChoice {
  /** State directory. */
  readonly state: string;
  readonly config?: string;
  /** Environment on AWS; takes the place of the state directory. */
  readonly environment?: string;
}

/** How a state is opened. */
export interface OpenOptions {
  /** True where something will be written: then no other run may use a state directory at the same time. */
  readonly writes: boolean;
  /** Engine whose store has the images; of a state directory only. */
  readonly engine?: EngineName | 'auto';
  /** Tag that promotion moved, where `patch --tag` named one; of a state directory only. */
  readonly tag?: string;
}

/**
 * Opens what a command is about.
 * @throws BadInputError where there is no such state or environment, or the credentials are another account's
 */
export async function openOperatedState(choice: StateChoice, options: OpenOptions): Promise<OperatedState> {
  const { environment, config, state } = choice;
  if (environment !== undefined) {
    // Loaded where AWS is asked only: the SDK's clients take their time, and memory.
    const { openAwsState } = await import('./aws-state.js');
    return await openAwsState({ environment, ...(config !== undefined && { config }) });
  }
  return await openLocalState({ state, ...(config !== undefined && { config }) }, options);
}

/** The image of that name, or all where none is named. @throws BadInputError that lists those that there are */
export function imagesNamed(state: Pick<OperatedState, 'images'>, name: string | undefined): readonly GoldenImage[] {
  return name === undefined ? state.images : [imageNamed(state, name)];
}

/** The image of that name. @throws BadInputError that lists those that there are */
export function imageNamed({ images }: Pick<OperatedState, 'images'>, name: string): GoldenImage {
  const found = images.find((image) => image.name === name);
  if (found !== undefined) return found;
  throw new BadInputError(`there is no golden image ${name}`, {
    hint: `there are: ${images.map((image) => image.name).join(', ') || 'none'}`,
  });
}
