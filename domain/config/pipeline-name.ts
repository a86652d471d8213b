import type { GoldenImage } from './golden-image';

/**
 * Name of an image's pipeline as it stands at the end of its ARN: EC2 Image Builder takes letters, digits, `-` and `_` in
 * names (API, CreateImagePipeline), and writes ARNs with `-` only. Two images that differ in nothing but `.`, `_` and `-`
 * would have one name: the configuration refuses them.
 */
export function pipelineName(image: Pick<GoldenImage, 'name'>): string {
  return image.name.replaceAll(/[._]/g, '-');
}

/**
 * The image that a recipe is of; recipes have their pipelines' names (modules/image-pipeline).
 * @param prefix what the names of this environment's recipes begin with, e.g. `prod-`
 * @param recipe its name, as it stands in ARNs
 */
export function imageOfRecipe<I extends Pick<GoldenImage, 'name'>>(
  images: Iterable<I>,
  prefix: string,
  recipe: string,
): I | undefined {
  return [...images].find((image) => `${prefix}${pipelineName(image)}`.toLowerCase() === recipe);
}

/** What recipes' names begin with, of what their pipelines' ARNs begin with. */
export function recipePrefix(pipelineArnPrefix: string): string {
  return pipelineArnPrefix.slice(pipelineArnPrefix.lastIndexOf('/') + 1);
}
