import type { GoldenImage } from '../config/golden-image';
import { BadInputError } from '../errors';
import type { FindingTable, ImageLayers } from '../ports';
import { layerKey } from '../table/keys';
import type { LayerItem } from '../table/layer-item';
import { isLayerItem } from '../table/layer-item';
import { updateItem } from '../table/update-item';

/** Which of a golden image's digests is registered. */
export interface RegisteredDigest {
  readonly digest: string;
  /** True where it is the current one: an image that was pushed twice with the same layers is known by that. */
  readonly isCurrent: boolean;
}

/**
 * Writes down by which layer a golden image's digest is recognised in applications: with the first finding about it, when an
 * application asks for its base, and when a digest is promoted. Repeating it writes nothing.
 * @throws BadInputError where the registry has no such image, or its manifest tells no layers; and what the ports throw
 */
export async function registerLayers(
  { table, layers: registry }: { readonly table: FindingTable; readonly layers: ImageLayers },
  image: GoldenImage,
  { digest, isCurrent }: RegisteredDigest,
): Promise<void> {
  const layers = await registry.layersOf(image.repository, digest, image.architecture);
  const last = layers?.at(-1);
  if (layers === undefined || last === undefined)
    throw new BadInputError(`the registry has no image ${image.repository}@${digest} with layers`);
  const key = layerKey(last, image.name);
  await updateItem<LayerItem>(table, key, isLayerItem, (known) => {
    const isKnown = known !== undefined && JSON.stringify(known.layers) === JSON.stringify(layers);
    if (isKnown && (known.digest === digest || !isCurrent)) return undefined;
    return { ...key, type: 'LAYER', image: image.name, digest, layers };
  });
}
