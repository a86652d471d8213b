import type { GoldenImage } from '../../domain/config/golden-image';
import { registerLayers } from '../../domain/lineage/register-layers';
import type { LineagePorts } from './ingest-ports';

/** What is to be known of a golden image's digests. */
export interface SeenDigests {
  /** Digests that findings were about. */
  readonly digests: readonly string[];
  /** The one that counts. */
  readonly current: string | undefined;
}

/** What became of digests that were to be registered. */
export interface Registered {
  /** Digests that this process registered for the first time. */
  readonly added: number;
  /** Digests whose layers could not be learned. */
  readonly unknown: number;
}

/** Registers a golden image's digests. */
export type RegisterDigests = (image: GoldenImage, seen: SeenDigests) => Promise<Registered>;

/**
 * Makes the step that writes down by which layer a golden image's digests are recognised in applications, each digest
 * once per process. Trouble with the registry does not stop the findings: it is counted, and the next finding tries again.
 */
export function makeRegisterLayers(ports: LineagePorts): RegisterDigests {
  const { logger } = ports;
  const registered = new Set<string>();
  return async (image, { digests, current }) => {
    let [added, unknown] = [0, 0];
    for (const digest of new Set([...digests, ...(current === undefined ? [] : [current])])) {
      const isCurrent = digest === current;
      const mark = `${image.name}\n${digest}\n${isCurrent ? 'current' : ''}`;
      if (registered.has(mark)) continue;
      try {
        await registerLayers(ports, image, { digest, isCurrent });
        registered.add(mark);
        added++;
      } catch (error) {
        unknown++;
        logger.warn('layers of a golden image are not known', {
          image: image.name,
          digest,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return { added, unknown };
  };
}
