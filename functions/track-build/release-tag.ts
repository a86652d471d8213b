import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageRegistry } from '../../domain/ports';

/**
 * Reference with the immutable tag `<date>.<n>` of a release: the first that is free, or already this digest's (a run that
 * was cut off).
 * @param day ISO 8601; its date is the tag's
 */
export async function releaseReference(
  registry: ImageRegistry,
  image: GoldenImage,
  digest: string,
  day: string,
): Promise<string> {
  for (let n = 1; ; n++) {
    const reference = registry.referenceOf(image, `${day.slice(0, 10)}.${n}`);
    const taken = await registry.describe(reference, image.architecture);
    if (taken === undefined || taken.digest === digest) return reference;
  }
}
