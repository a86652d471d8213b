import type { Engine } from '../../adapters/local/engine/engine';
import { platformOfImage } from '../../adapters/local/package-inventory';
import type { GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import { parsePlatform } from '../../domain/platform/platform';
import type { ImageRegistry } from '../../domain/ports';

/**
 * Gives the golden images their platform where neither the configuration nor the scanner says it: from the base's
 * os-release.
 * @param images by repository; completed in place
 */
export async function completePlatforms(
  images: Map<string, GoldenImage>,
  findings: readonly Finding[],
  engine: Engine,
  registry: ImageRegistry,
): Promise<void> {
  const unknown = new Set(
    findings.filter((finding) => parsePlatform(finding.platform) === undefined).map((finding) => finding.repository),
  );
  for (const repository of unknown) {
    const image = images.get(repository);
    if (image === undefined || image.platform !== undefined) continue;
    const platform = await platformOfImage(engine, (await registry.parentOf(image)).reference);
    if (platform !== undefined) images.set(repository, { ...image, platform });
  }
}
