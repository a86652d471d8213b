import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageLookup, RegisteredImage, UnusableImage } from '../../domain/ports';
import type { PatchSource } from '../../domain/table/patch-item';

/** Tags that a PATCH item keeps. */
const TAGS_KEPT = 20;

/**
 * The image that findings are about, as its registry has it, or why there is nothing to patch: it was deleted, its manifest
 * is not known, or it is for another architecture than was declared.
 */
export async function lookUpSource(
  lookup: ImageLookup,
  { name, repository, architecture }: GoldenImage,
  digest: string,
): Promise<RegisteredImage | UnusableImage> {
  const found = await lookup.lookUp(repository, digest, architecture);
  if ('unusable' in found || (found.os === 'linux' && found.architecture === architecture)) return found;
  return {
    unusable: 'architecture-mismatch',
    detail: `${repository}@${digest} is for ${found.os}/${found.architecture}, but golden image ${name} is declared for linux/${architecture}`,
  };
}

/** What a PATCH item keeps of it. */
export function toPatchSource({ digest, tags, pushedAt, os, architecture }: RegisteredImage): PatchSource {
  return {
    digest,
    tags: tags.slice(0, TAGS_KEPT),
    ...(pushedAt !== undefined && { pushedAt }),
    platform: `${os}/${architecture}`,
  };
}
