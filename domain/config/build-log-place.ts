import type { GoldenImage } from './golden-image';
import type { Label } from './label';

/** One build of an image, by its ARN. */
export interface BuildName {
  /** Name of its recipe, as it stands in ARNs. */
  readonly recipe: string;
  /** Version of the recipe, e.g. `1.0.0`. */
  readonly version: string;
  /** Which build of that version; the first is `1`. */
  readonly number: string;
}

/** Name of the bucket that the builds of an environment leave their logs in. @throws BadInputError where it is too long */
export function buildLogBucket(label: Pick<Label, 'bucket'>): string {
  return label.bucket('build-logs');
}

/** Key prefix that Image Builder is given for the logs of an image's builds; no `/` at its end, it puts one there. */
export function buildLogPrefix({ name }: Pick<GoldenImage, 'name'>): string {
  return name;
}

/**
 * What the keys of one build's logs begin with; the steps of the build's workflow come after it. Source: EC2 Image Builder
 * user guide, "Troubleshoot pipeline builds", "Review workflow runtime logs":
 * `<bucket>/<key prefix>/<image name>/<image version>/<build version>/<step name>`.
 */
export function buildLogKeys(image: Pick<GoldenImage, 'name'>, { recipe, version, number }: BuildName): string {
  return `${buildLogPrefix(image)}/${recipe}/${version}/${number}/`;
}
