import { closestWord } from '../closest-word';
import { vulnerabilityIdProblem } from '../finding/vulnerability-id';
import { ecosystemIdOf, parsePlatform } from '../platform/platform';
import { clashingEnvironments } from './clashing-environments';
import type { GoldenImagesConfig } from './config-schema';
import { pipelineName } from './pipeline-name';

/** Something in the configuration that cannot be, although each key by itself is right. */
export interface Contradiction {
  /** Of the key that is wrong, such as `['images', 0, 'platform']`. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What in a configuration cannot be, or can never apply. */
export function contradictionsIn(config: GoldenImagesConfig): readonly Contradiction[] {
  return [
    ...samePipelines(config),
    ...sameImages(config, 'name'),
    ...sameImages(config, 'repository'),
    ...unknownPlatforms(config),
    ...unknownIds(config),
    ...exceptionsForNothing(config),
    ...clashingEnvironments(config),
  ];
}

function sameImages({ images }: GoldenImagesConfig, field: 'name' | 'repository'): readonly Contradiction[] {
  const seen = new Map<string, number>();
  return images.flatMap((image, index) => {
    const first = seen.get(image[field]);
    if (first === undefined) seen.set(image[field], index);
    return first === undefined
      ? []
      : [{ path: ['images', index, field], message: `"${image[field]}" is already that of images[${first}]` }];
  });
}

/** Images that would have one pipeline on AWS. */
function samePipelines({ images }: GoldenImagesConfig): readonly Contradiction[] {
  const seen = new Map<string, { readonly index: number; readonly name: string }>();
  return images.flatMap(({ name }, index) => {
    const pipeline = pipelineName({ name });
    const first = seen.get(pipeline);
    if (first === undefined) seen.set(pipeline, { index, name });
    if (first === undefined || first.name === name) return [];
    const message = `"${name}" would have the same pipeline as images[${first.index}], "${first.name}": ".", "_" and "-" are one in its name, ${pipeline}`;
    return [{ path: ['images', index, 'name'], message }];
  });
}

/** Platforms that no package manager is known for; a declared `ecosystem` makes up for that. */
function unknownPlatforms({ images }: GoldenImagesConfig): readonly Contradiction[] {
  return images.flatMap(({ platform, ecosystem }, index) =>
    platform === undefined || ecosystem !== undefined || ecosystemIdOf(parsePlatform(platform)) !== undefined
      ? []
      : [
          {
            path: ['images', index, 'platform'],
            message: `"${platform}" is no platform that this project can patch: write it as Inspector does, e.g. DEBIAN_12, or name the ecosystem`,
          },
        ],
  );
}

/** Exceptions for what is no vulnerability id: no finding has it. */
function unknownIds({ exceptions = [] }: GoldenImagesConfig): readonly Contradiction[] {
  return exceptions.flatMap(({ vulnerability }, index) => {
    const problem = vulnerabilityIdProblem(vulnerability);
    return problem === undefined ? [] : [{ path: ['exceptions', index, 'vulnerability'], message: problem }];
  });
}

/** Exceptions for an image that there is not: they would never apply. */
function exceptionsForNothing({ images, exceptions = [] }: GoldenImagesConfig): readonly Contradiction[] {
  const names = images.map(({ name }) => name);
  return exceptions.flatMap(({ image }, index) => {
    if (image === undefined || names.includes(image)) return [];
    const meant = images.find(({ repository }) => repository === image)?.name;
    const close = closestWord(image, names);
    const hint =
      meant !== undefined
        ? `that is the repository of ${meant}: write ${meant}`
        : close === undefined
          ? `it has ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and others' : ''}`
          : `did you mean ${close}?`;
    return [{ path: ['exceptions', index, 'image'], message: `no image is named "${image}": ${hint}` }];
  });
}
