import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { Construct } from 'constructs';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';
import type { PropProblem } from '../validation';
import { assertValid, problemIf } from '../validation';

/** What a golden image's repository is made with. */
export interface GoldenRepositoryProps {
  /** Name without the registry: ECR's grammar, 2 to 256 characters. */
  readonly name: string;
  readonly place: Place;
  readonly key: EncryptionKey;
  /** Tag that promotion moves. */
  readonly floatingTag: string;
  /** Tag that every build moves. */
  readonly candidateTag: string;
  /** Promoted images that are kept, beside the current one. */
  readonly releases: number;
  /** Days that images are kept that never were promoted. */
  readonly candidatesDays: number;
  /** Refuse to destroy it; else it is destroyed with all its images. */
  readonly removalProtection: boolean;
}

/** Tags that promotion gives, `<date>.<n>`, as ECR's wildcards see them. */
const RELEASE_TAGS = ['20*-*-*.*'];
/** A tag points at one image: more than one never carry it. */
const ONE = 1;

/**
 * A repository whose tags cannot be moved, but for the floating tag and the candidate's. What is promoted, and what was, is
 * kept; candidates go after a while.
 */
export class GoldenRepository extends Construct {
  readonly repository: EcrRepository;
  /** ARN as text. */
  readonly arn: string;

  /** @throws BadInputError where a tag cannot be told from the others */
  constructor(scope: Construct, id: string, props: GoldenRepositoryProps) {
    super(scope, id);
    assertValid(scope, id, GoldenRepository.validate(props));
    this.arn = arnOf(props.place, 'ecr', `repository/${props.name}`);
    this.repository = new EcrRepository(this, 'repository', {
      name: props.name,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilter: [props.floatingTag, props.candidateTag].map((filter) => ({
        filter,
        filterType: 'WILDCARD',
      })),
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: props.key.arn }],
      forceDelete: !props.removalProtection,
      ...(props.removalProtection && { lifecycle: { preventDestroy: true } }),
    });
    new EcrLifecyclePolicy(this, 'lifecycle', {
      repository: this.repository.name,
      policy: JSON.stringify({ rules: lifecycleRules(props) }),
    });
  }

  /** What ECR would refuse, or could not tell apart. Source: ECR API, PutImageTagMutability; "Lifecycle policies". */
  static validate({
    name,
    floatingTag,
    candidateTag,
  }: Pick<GoldenRepositoryProps, 'name' | 'floatingTag' | 'candidateTag'>): readonly PropProblem[] {
    return [
      ...problemIf(name.length > 256, 'name', `has ${name.length} characters: ECR takes 256`),
      ...problemIf(floatingTag === candidateTag, 'floatingTag', 'is the tag of candidates'),
    ];
  }
}

/**
 * An image is judged by the first rule that selects it, and no later one expires it (ECR, "Lifecycle policies"): so what
 * carries the floating tag, and the promoted ones, are out of reach of the last rule. So is the image that was there before
 * the first promotion: that gives it a release's tag, too. The second rule counts by the time of the push, oldest first: the
 * previous image is among the last `releases` unless nearly that many promotions in a row were rolled back to it.
 */
function lifecycleRules({ floatingTag, releases, candidatesDays }: GoldenRepositoryProps): object[] {
  const expire = { type: 'expire' };
  return [
    {
      rulePriority: 1,
      description: `The image that ${floatingTag} points at stays`,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: [floatingTag],
        countType: 'imageCountMoreThan',
        countNumber: ONE,
      },
      action: expire,
    },
    {
      rulePriority: 2,
      description: `The last ${releases} promoted images stay, the previous one among them`,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: RELEASE_TAGS,
        countType: 'imageCountMoreThan',
        countNumber: releases,
      },
      action: expire,
    },
    {
      rulePriority: 3,
      description: 'Candidates and what lost its tag go',
      selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: candidatesDays },
      action: expire,
    },
  ];
}
