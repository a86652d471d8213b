import type { GoldenImage } from './golden-image';

/**
 * Name of an image's pipeline as it stands at the end of its ARN: EC2 Image Builder takes letters, digits, `-` and `_` in
 * names (API, CreateImagePipeline), and writes ARNs with `-` only. Two images that differ in nothing but `.`, `_` and `-`
 * would have one name: the configuration refuses them.
 */
export function pipelineName(image: Pick<GoldenImage, 'name'>): string {
  return image.name.replaceAll(/[._]/g, '-');
}
