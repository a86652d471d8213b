import { ecosystemIdFor } from '../../domain/config/golden-image';
import type { GoldenImage } from '../../domain/config/golden-image';
import type { GoldenImagesConfig, ImageConfig } from '../../domain/config/config-schema';
import { isDockerHub, parseImageReference } from '../../domain/config/image-reference';
import { ecrRegistry } from '../../domain/config/partition';
import { CANDIDATE_TAG } from '../../domain/config/image-tag';
import { nameProblem } from '../../domain/config/label';
import type { NameKind } from '../../domain/config/name-limits';
import { BadInputError } from '../../domain/errors';
import { coversRepository } from '../../domain/config/wildcard';
import { GoldenRepository } from '../../modules/golden-repository/golden-repository';
import { namesUser } from '../../modules/image-pipeline/dockerfile-template';
import { ImagePipeline } from '../../modules/image-pipeline/image-pipeline';
import { isRootParent } from '../../modules/image-pipeline/known-user';
import type { PropProblem } from '../../modules/validation';
import { problemIf } from '../../modules/validation';
import type { ImageSettings } from './image-settings';

/** What images are checked against. */
export interface CheckedAgainst {
  readonly config: GoldenImagesConfig;
  /** `file:line:column` of a path in the configuration. */
  readonly locate: (path: readonly PropertyKey[]) => string;
  /** Repositories that are scanned continuously, with `*`; absent: somebody else decides. */
  readonly scannedRepositories?: readonly string[];
}

/** Package managers that cannot be patched within the image itself: Image Builder's components know others only. */
const STAGED_ONLY: ReadonlySet<string | undefined> = new Set(['apk', 'microdnf']);

/**
 * Checks what AWS or Terraform would refuse later, or what would never work.
 * @throws BadInputError that lists every problem as `file:line:column: message`
 */
export function checkImages(images: readonly ImageSettings[], against: CheckedAgainst): void {
  const { config, locate, scannedRepositories } = against;
  const problems = config.images.flatMap((declared, index) => {
    const settings = images[index];
    if (settings === undefined) return [];
    return [
      ...imageProblems(declared, settings),
      ...problemIf(
        scannedRepositories !== undefined &&
          !scannedRepositories.some((filter) => coversRepository(filter, declared.repository)),
        'repository',
        `"${declared.repository}" matches none of the environment's scanning.repositories: it would never be scanned`,
      ),
    ].map(({ prop, message }) => `${locate(['images', index, prop])}: images[${index}].${prop}: ${message}`);
  });
  if (problems.length > 0)
    throw new BadInputError(problems.join('\n'), { hint: 'docs/golden-images.schema.json lists every key' });
}

function imageProblems(declared: ImageConfig, settings: ImageSettings): readonly PropProblem[] {
  const { image, dockerfile, names } = settings;
  const named: readonly (readonly [NameKind, string])[] = [
    ['image-builder', `${names.builder}-contract`],
    ['role', names.role],
    ['instance-profile', names.role],
    ['parameter', names.signal],
    ['log-group', names.logGroup],
  ];
  const ecosystem = ecosystemIdFor(image, undefined);
  return [
    ...named.flatMap(([kind, name]) => {
      const problem = nameProblem(kind, name);
      return problem === undefined ? [] : [{ prop: 'name', message: `${problem}: shorten it, or the namespace` }];
    }),
    ...parentProblems(declared.parent),
    ...problemIf(
      dockerfile.injection === 'inline' && STAGED_ONLY.has(ecosystem),
      'injection',
      `inline does not work with ${ecosystem ?? ''}: EC2 Image Builder cannot install its components there; use staged`,
    ),
    ...userProblems(declared, settings),
    ...ImagePipeline.validate({ dockerfile }),
    ...repositoryProblems(image),
  ];
}

/** The patch needs root, and what the image is to run as afterwards cannot be read off a parent before it is built. */
function userProblems({ parent }: ImageConfig, { dockerfile }: ImageSettings): readonly PropProblem[] {
  const isKnown = dockerfile.user !== undefined || namesUser(dockerfile.template ?? '') || isRootParent(parent);
  return problemIf(
    !isKnown,
    'contract',
    `must say the user: which one ${parent} has is not known before the build, and the patch runs as root; say e.g. contract: { user: '1001' }, or user: root`,
  );
}

function repositoryProblems({ repository, floatingTag }: GoldenImage): readonly PropProblem[] {
  return GoldenRepository.validate({ name: repository, floatingTag, candidateTag: CANDIDATE_TAG }).map(
    ({ prop, message }) => ({ prop: prop === 'name' ? 'repository' : prop, message }),
  );
}

/** Image Builder pulls parents from Docker Hub and ECR (Image Builder API, CreateContainerRecipe, parentImage). */
function parentProblems(parent: string): readonly PropProblem[] {
  const reference = parseImageReference(parent);
  if (reference === undefined)
    return [
      {
        prop: 'parent',
        message: `"${parent}" is not a reference that can be pulled, such as public.ecr.aws/docker/library/debian:12-slim`,
      },
    ];
  const { registry } = reference;
  const isPulled =
    registry === undefined ||
    registry === 'public.ecr.aws' ||
    isDockerHub(reference) ||
    ecrRegistry(registry) !== undefined;
  return problemIf(
    !isPulled,
    'parent',
    `is in ${registry ?? ''}, and EC2 Image Builder pulls from Docker Hub and ECR alone: make an ECR pull through cache rule for it, and name its repository there`,
  );
}
