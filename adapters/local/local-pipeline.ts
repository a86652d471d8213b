import type { GoldenImage } from '../../domain/config/golden-image';
import type { ChangeRecord } from '../../domain/ports';
import { imageOf, wakesGeneratePatch, wakesSignalRebuild } from '../../domain/table/stream-filters';
import type { LocalStream } from './table-stream';

/** Most change records that a consumer takes at once: its gather window. */
const BATCH = 10_000;
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
}

/**
 * Feeds the local stream to the use cases, with the filters that the Lambdas have, until nothing moves any more. Records
 * of one image are gathered: however many findings changed, generate-patch looks at it once.
 */
export async function runLocalPipeline({ stream, images, steps }: LocalPipelineOptions): Promise<void> {
  const byName = new Map(images.map((image) => [image.name, image]));
  const consumers = [
    { name: 'generate-patch', wakes: wakesGeneratePatch, step: steps.generatePatch },
    {
      name: 'signal-rebuild',
      wakes: wakesSignalRebuild,
      step: async (image: GoldenImage) => {
        await steps.signalRebuild(image);
        await steps.build?.(image);
      },
    },
  ];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let moved = false;
    for (const { name, wakes, step } of consumers) {
      const records = stream.read(name, BATCH);
      const last = records.at(-1);
      if (last === undefined) continue;
      moved = true;
      for (const image of gather(records, wakes, byName)) await step(image);
      stream.commit(name, last.sequence);
    }
    if (!moved) break;
  }
  stream.trim();
}

function gather(
  records: readonly ChangeRecord[],
  wakes: (record: ChangeRecord) => boolean,
  images: ReadonlyMap<string, GoldenImage>,
): Set<GoldenImage> {
  const gathered = new Set<GoldenImage>();
  for (const record of records) {
    if (!wakes(record)) continue;
    const image = images.get(imageOf(record) ?? '');
    if (image !== undefined) gathered.add(image);
  }
  return gathered;
}
