import type { GoldenImage } from '../../domain/config/golden-image';
import { loadEstate } from './load-estate';

/** The declared golden images by name. */
export async function toEstateImages(config: string | undefined): Promise<ReadonlyMap<string, GoldenImage>> {
  const { byRepository } = await loadEstate(config, 'without-config');
  return new Map([...byRepository.values()].map((image) => [image.name, image]));
}
