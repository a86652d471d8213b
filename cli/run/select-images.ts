import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { PatchOptions } from './patch';

/**
 * The golden images of a run: those that `--image` names, else every declared one and every one that a finding is about.
 * With `--base`, which is for one image, only those that a finding is about.
 * @throws BadInputError where a name is unknown, or several images would share one base or one reference
 */
export function selectImages(
  byRepository: ReadonlyMap<string, GoldenImage>,
  found: ReadonlySet<string>,
  options: Pick<PatchOptions, 'images' | 'base' | 'tag'>,
): GoldenImage[] {
  const all = [...byRepository.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const unknown = options.images.filter((name) => !all.some((image) => image.name === name));
  if (unknown.length > 0)
    throw new BadInputError(`--image ${unknown.join(', ')}: there is no such golden image`, {
      hint: `declared, or found in the findings, are: ${all.map((image) => image.name).join(', ') || 'none'}`,
    });
  const forOne = options.base !== undefined ? '--base' : /[/:]/.test(options.tag ?? '') ? '--tag' : undefined;
  const selected = all.filter((image) =>
    options.images.length > 0 ? options.images.includes(image.name) : forOne === undefined || found.has(image.name),
  );
  if (forOne !== undefined && selected.length > 1)
    throw new BadInputError(
      `${forOne} is for one image, but the findings are about ${selected.map((image) => image.name).join(', ')}`,
      { hint: 'say which with --image, or declare the images in golden-images.yaml' },
    );
  return selected;
}
