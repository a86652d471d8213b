import type { GoldenImage } from '../../domain/config/golden-image';
import { GoldenImagesError } from '../../domain/errors';
import type { ChangeRecord, Clock } from '../../domain/ports';
import { isPostponed } from '../../domain/table/postpone';
import { imageOf, wakesGeneratePatch, wakesSignalRebuild } from '../../domain/table/stream-filters';
import type { LocalStream } from './table-stream';

/** Change records that are read at once. */
const BATCH = 1000;
/** A pipeline that is still busy after so many rounds has a fault; it must not spin for ever. */
const MAX_ROUNDS = 100;

/** The use cases that the stream and the signal start, one image at a time. */
export interface PipelineSteps {
  readonly generatePatch: (image: GoldenImage) => Promise<unknown>;
  readonly signalRebuild: (image: GoldenImage) => Promise<unknown>;
  /** Starts the build that the image's parameter asks for and follows it to its end; absent without an engine. */
  readonly build?: (image: GoldenImage) => Promise<unknown>;
}

/** What the local pipeline is made of. */
export interface LocalPipelineOptions {
  readonly stream: LocalStream;
  readonly images: readonly GoldenImage[];
  readonly steps: PipelineSteps;
  /** Tells which requests are for later: they wake nobody. */
  readonly clock: Clock;
}

/**
 * Feeds the local stream to the use cases, with the filters that the Lambdas have, until nothing moves any more. All
 * records that are there are gathered first: however many findings changed, generate-patch looks at an image once. Every
 * image is offered to signal-rebuild once, because a record that another run has passed may have left a patch READY.
 * @throws GoldenImagesError where it does not come to rest
 */
export async function runLocalPipeline({ stream, images, steps, clock }: LocalPipelineOptions): Promise<void> {
  const signalAndBuild = async (image: GoldenImage): Promise<void> => {
    await steps.signalRebuild(image);
    await steps.build?.(image);
  };
  const wakes =
    (filter: (record: ChangeRecord) => boolean) =>
    (record: ChangeRecord): boolean =>
      filter(record) && !isPostponed(record, clock());
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const planning = gather(stream, 'generate-patch', wakes(wakesGeneratePatch), images);
    for (const image of planning.images) await steps.generatePatch(image);
    planning.commit();
    const signaling = gather(stream, 'signal-rebuild', wakes(wakesSignalRebuild), images);
    for (const image of round === 0 ? images : signaling.images) await signalAndBuild(image);
    signaling.commit();
    if (planning.records + signaling.records === 0) {
      stream.trim();
      return;
    }
  }
  throw new GoldenImagesError('internal', `the pipeline did not come to rest in ${MAX_ROUNDS} rounds`, {
    hint: 'run the same command again with --verbose, and report it',
  });
}

interface Gathered {
  readonly images: readonly GoldenImage[];
  readonly records: number;
  /** Moves the consumer past what was gathered. */
  commit(): void;
}

function gather(
  stream: LocalStream,
  consumer: string,
  wakes: (record: ChangeRecord) => boolean,
  images: readonly GoldenImage[],
): Gathered {
  const names = new Set<string>();
  let count = 0;
  let last: string | undefined;
  for (;;) {
    const records = stream.read(consumer, BATCH, last);
    for (const record of records) if (wakes(record)) names.add(imageOf(record) ?? '');
    count += records.length;
    last = records.at(-1)?.sequence ?? last;
    if (records.length < BATCH) break;
  }
  return {
    images: images.filter((image) => names.has(image.name)),
    records: count,
    commit: () => {
      if (last !== undefined) stream.commit(consumer, last);
    },
  };
}
