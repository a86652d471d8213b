import type { ImageLayers } from '../ports';

/** Images whose layers are kept: some 100 bytes a layer. */
const MAX_IMAGES = 1000;

/**
 * Remembers the layers of images: those of a digest never change. That an image is missing is asked again, because it
 * may only be on its way. The one that was not asked for longest is forgotten first.
 */
export function cachedLayers(layers: ImageLayers, maximum = MAX_IMAGES): ImageLayers {
  const known = new Map<string, readonly string[]>();
  return {
    layersOf: async (repository, digest, architecture) => {
      const key = `${repository}\n${digest}\n${architecture ?? ''}`;
      const found = known.get(key) ?? (await layers.layersOf(repository, digest, architecture));
      if (found === undefined) return undefined;
      known.delete(key);
      known.set(key, found);
      const [oldest] = known.keys();
      if (known.size > maximum && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
}
