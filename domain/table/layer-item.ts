import type { TableItem, Versioned } from './items';

/** `LAYER#<digest of a golden image's last layer>`: which golden image an application image is built on. */
export type LayerItem = Versioned & {
  readonly type: 'LAYER';
  /** Name of the golden image. */
  readonly image: string;
  /** Digest of the golden image's manifest. */
  readonly digest: string;
  /** Digests of its layers, first to last. */
  readonly layers: readonly string[];
};

/** Narrows an item of the table. */
export function isLayerItem(item: TableItem): item is LayerItem {
  return item['type'] === 'LAYER';
}
