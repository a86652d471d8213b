import type { GoldenImage } from '../../domain/config/golden-image';
import { GoldenImagesError } from '../../domain/errors';

/** Keeps the trouble of one image from the others. */
export interface ImageGuard {
  /** Runs a step of an image, unless an earlier one has failed. */
  readonly guard: (image: GoldenImage, step: (image: GoldenImage) => Promise<unknown>) => Promise<void>;
  /** The first failure of each image, by name. */
  readonly failures: ReadonlyMap<string, GoldenImagesError>;
}

/**
 * Makes a guard for one run.
 * @param onFailure is told of each failure once
 *
 * A failure that is about one image (its base, its build, its proof) is noted; one of the
 * state directory or of this program stops the run.
 */
export function makeGuard(onFailure: (image: GoldenImage, failure: GoldenImagesError) => void): ImageGuard {
  const failures = new Map<string, GoldenImagesError>();
  return {
    failures,
    guard: async (image, step) => {
      if (failures.has(image.name)) return;
      try {
        await step(image);
      } catch (error) {
        if (!(error instanceof GoldenImagesError) || error.kind === 'internal') throw error;
        failures.set(image.name, error);
        onFailure(image, error);
      }
    },
  };
}
