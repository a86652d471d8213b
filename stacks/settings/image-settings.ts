import type { GoldenImage } from '../../domain/config/golden-image';
import { ecosystemIdFor } from '../../domain/config/golden-image';
import type { ImageConfig } from '../../domain/config/config-schema';
import type { ImageNames } from '../../domain/config/image-names';
import { imageNames } from '../../domain/config/image-names';
import { parseImageReference } from '../../domain/config/image-reference';
import type { Label } from '../../domain/config/label';
import { ecrRegistry } from '../../domain/config/partition';
import type { DockerfileProps } from '../../modules/image-pipeline/dockerfile';
import { arnOf } from '../../modules/place/place';

/** A golden image as the stack of the images needs it. */
export interface ImageSettings {
  readonly image: GoldenImage;
  readonly parent: string;
  readonly dockerfile: DockerfileProps;
  /** Whether Image Builder tests the image in a running container. */
  readonly tests: boolean;
  readonly names: ImageNames;
  /** ARN of the parent's repository, where that is one of ECR that a right is needed for. */
  readonly pullArns: readonly string[];
}

/**
 * Package managers that Image Builder's components can be installed by (aws-samples/amazon-ec2-image-builder-samples,
 * Containers/Scripts).
 */
const TESTABLE: ReadonlySet<string | undefined> = new Set(['apt', 'dnf', 'yum', 'zypper']);
/** Parents that most likely have none of them, where nothing else is known. */
const UNTESTABLE_PARENT = /alpine|busybox|chainguard|distroless|micro|minimal|scratch|wolfi/;

/**
 * Puts together what an image's resources are made of.
 * @param template text of its own Dockerfile template, if it has one
 */
export function imageSettings(
  image: GoldenImage,
  declared: ImageConfig,
  template: string | undefined,
  label: Label,
): ImageSettings {
  const { user, workdir } = image.contract;
  const reference = parseImageReference(declared.parent);
  const registry = reference?.registry === undefined ? undefined : ecrRegistry(reference.registry);
  return {
    image,
    parent: declared.parent,
    dockerfile: {
      injection: declared.injection ?? 'staged',
      ...(template !== undefined && { template }),
      ...(user !== undefined && { user }),
      ...(workdir !== undefined && { workdir }),
    },
    tests: declared.imageTests ?? isTestable(image, declared.parent),
    names: imageNames(label, image.name),
    pullArns:
      registry === undefined || reference === undefined
        ? []
        : [arnOf(registry, 'ecr', `repository/${reference.repository}`)],
  };
}

function isTestable(image: GoldenImage, parent: string): boolean {
  const ecosystem = ecosystemIdFor(image, undefined);
  return ecosystem === undefined ? !UNTESTABLE_PARENT.test(parent) : TESTABLE.has(ecosystem);
}
