import type { GoldenImage } from '../../domain/config/golden-image';
import { layerKey } from '../../domain/table/keys';
import type { LayerItem } from '../../domain/table/layer-item';
import { isLayerItem } from '../../domain/table/layer-item';
import { updateItem } from '../../domain/table/update-item';
import type { LineagePorts } from './ingest-ports';

/** What is to be known of a golden image's digests. */
export interface SeenDigests {
  /** Digests that findings were about. */
  readonly digests: readonly string[];
  /** The one that counts. */
  readonly current: string | undefined;
}

/**
 * Makes the step that writes down by which layer a golden image's digests are recognised in applications, each digest
 * once per process. Trouble with the registry does not stop the findings: it is counted, and the next finding tries again.
 * @returns digests whose layers could not be learned
 */
export function makeRegisterLayers(ports: LineagePorts): (image: GoldenImage, seen: SeenDigests) => Promise<number> {
  const { layers: registry, logger } = ports;
  const registered = new Set<string>();
  return async (image, { digests, current }) => {
    let unknown = 0;
    for (const digest of new Set([...digests, ...(current === undefined ? [] : [current])])) {
      const mark = `${image.name}\n${digest}\n${digest === current ? 'current' : ''}`;
      if (registered.has(mark)) continue;
      try {
        const layers = await registry.layersOf(image.repository, digest, image.architecture);
        if (layers === undefined) throw new Error('the registry has no such image');
        await writeLayer(ports, image, { digest, layers, isCurrent: digest === current });
        registered.add(mark);
      } catch (error) {
        unknown++;
        logger.warn('layers of a golden image are not known', {
          image: image.name,
          digest,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return unknown;
  };
}

/** An image that was pushed twice with the same layers is known by its current digest. */
async function writeLayer(
  { table }: LineagePorts,
  image: GoldenImage,
  { digest, layers, isCurrent }: { digest: string; layers: readonly string[]; isCurrent: boolean },
): Promise<void> {
  const last = layers.at(-1);
  if (last === undefined) return;
  const key = layerKey(last, image.name);
  await updateItem<LayerItem>(table, key, isLayerItem, (known) => {
    const isKnown = known !== undefined && JSON.stringify(known.layers) === JSON.stringify(layers);
    if (isKnown && (known.digest === digest || !isCurrent)) return undefined;
    return { ...key, type: 'LAYER', image: image.name, digest, layers };
  });
}
