import type { GoldenImage } from '../../domain/config/golden-image';
import { adoptDigest, readHead } from '../../domain/table/head-changes';
import { currentDigest } from '../../domain/table/head-item';
import type { LineagePorts } from './ingest-ports';
import type { Registered, RegisterDigests } from './register-layers';

/**
 * Makes the step that registers the current digest of every golden image: one without any finding has told nobody of
 * itself, and its applications' findings may come first. Of an image that nothing is known of, the floating tag's digest is
 * adopted. It costs a read of HEAD per image; the registry is asked once per digest and process.
 */
export function makeRegisterEstate(ports: LineagePorts, register: RegisterDigests): () => Promise<Registered> {
  const { estate, logger } = ports;
  return async () => {
    let [added, unknown] = [0, 0];
    for (const image of estate.byRepository.values()) {
      try {
        const current = currentDigest(await readHead(ports.table, image.name)) ?? (await adoptTagged(ports, image));
        if (current === undefined) continue;
        const result = await register(image, { digests: [], current });
        added += result.added;
        unknown += result.unknown;
      } catch (error) {
        unknown++;
        logger.warn('the current digest of a golden image is not known', {
          image: image.name,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return { added, unknown };
  };
}

/** @returns undefined where the floating tag points at nothing yet, or the registry is not asked */
async function adoptTagged({ table, tags }: LineagePorts, image: GoldenImage): Promise<string | undefined> {
  const digest = await tags?.digestOf(image.repository, image.floatingTag, image.architecture);
  if (digest === undefined) return undefined;
  return currentDigest(await adoptDigest(table, image.name, { digest, floating: true }));
}
