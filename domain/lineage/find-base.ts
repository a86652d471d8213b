import type { FindingTable } from '../ports';
import { layerPartition } from '../table/keys';
import type { LayerItem } from '../table/layer-item';
import { isLayerItem } from '../table/layer-item';

/**
 * Finds the golden images that an image is built on: those whose layers are the longest prefix of its own. Several have
 * the very same layers where none of them was patched yet.
 * @param layers digests of the image's layers, first to last
 * @param isGolden tells which names are still declared
 * @returns none where it is built on no golden image
 */
export async function findBase(
  table: FindingTable,
  layers: readonly string[],
  isGolden: (image: string) => boolean,
): Promise<readonly LayerItem[]> {
  for (let length = layers.length; length > 0; length--) {
    const items = (await table.query(layerPartition(layers[length - 1] ?? ''))).filter(isLayerItem);
    const bases = items.filter((item) => isGolden(item.image) && isPrefix(item.layers, layers));
    if (bases.length > 0) return bases;
  }
  return [];
}

function isPrefix(prefix: readonly string[], layers: readonly string[]): boolean {
  return prefix.length <= layers.length && prefix.every((layer, index) => layer === layers[index]);
}
