/** One layer of an image. */
export interface ImageLayer {
  /** `sha256:…` of the uncompressed layer. */
  readonly digest: string;
  /** Bytes as the manifest has it: compressed where the image was pulled, uncompressed where it was built here. */
  readonly size?: number;
}

/** What is compared of an image's size. */
export interface SizedImage {
  /** Bytes of all layers. */
  readonly size: number;
  /** First to last. */
  readonly layers: readonly ImageLayer[];
}

/**
 * Sizes of two images that can be compared: the layers that both have count the same in both, as the second image has
 * them. A pulled base is compressed, the image built on it is not.
 */
export function comparableSizes(before: SizedImage, after: SizedImage): { before: number; after: number } {
  if (before.layers.length === 0 || after.layers.length === 0) return { before: before.size, after: after.size };
  const different = before.layers.findIndex((layer, index) => layer.digest !== after.layers[index]?.digest);
  const shared = different === -1 ? before.layers.length : different;
  const common = sum(after.layers.slice(0, shared));
  const own = sum(before.layers.slice(shared));
  const rest = sum(after.layers.slice(shared));
  if (common === undefined || own === undefined || rest === undefined)
    return { before: before.size, after: after.size };
  return { before: common + own, after: common + rest };
}

function sum(layers: readonly ImageLayer[]): number | undefined {
  return layers.reduce<number | undefined>(
    (total, { size }) => (total === undefined || size === undefined ? undefined : total + size),
    0,
  );
}
