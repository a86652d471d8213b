import { createHash } from 'node:crypto';
import type { GoldenImage } from '../config/golden-image';
import { ecosystemIdFor, platformOf } from '../config/golden-image';
import { ecosystemOf } from '../ecosystems';
import type { EcosystemId } from '../ecosystems/ecosystem';
import type { Platform } from '../platform/platform';
import type { Policy } from '../policy/policy';
import { plannedName } from './distribution-names';
import { higherFloor } from './higher-floor';
import type { Target } from './target';

/** What planning needs of a finding that is to be fixed. */
export interface PlannableFinding {
  readonly vulnerabilityId: string;
  readonly package: string;
  readonly floor: string;
  readonly platform?: string;
}

/** What is to be done to one image, and the identity of that. */
export interface Plan {
  readonly image: string;
  readonly ecosystem: EcosystemId;
  /** Sorted by package. */
  readonly targets: readonly Target[];
  /** Release whose repositories are used, where the distribution is locked to one. */
  readonly releasever?: string;
  /** Whether it is built at once, by a person's word, or not at all. */
  readonly mode: Policy['mode'];
  /** SHA-256 (hex) over image, ecosystem, releasever, mode, what policy allows beyond the targets, and each target's package, floor and action. */
  readonly planHash: string;
}

/**
 * Folds findings into the targets of one plan: one per package, with the highest floor by the ecosystem's own order.
 * @param findings the open findings; any order, repetitions allowed
 * @param carried targets of the promoted patch: a build starts from the parent again, so they stay in the plan
 * @param mode of the patch; default the policy's, whatever the severities
 * @returns undefined where there is nothing to plan, or the platform's package manager is not known
 */
export function makePlan(
  image: GoldenImage,
  findings: readonly PlannableFinding[],
  carried: readonly Target[] = [],
  mode: Policy['mode'] = image.policy.mode,
): Plan | undefined {
  const platforms = findings.map((finding) => finding.platform).filter((platform) => platform !== undefined);
  const observed = platforms.sort()[0];
  const id = ecosystemIdFor(image, observed) ?? (carried[0]?.ecosystem as EcosystemId | undefined);
  const ecosystem = id === undefined ? undefined : ecosystemOf(id);
  if (ecosystem === undefined) return undefined;

  const platform = platformOf(image, observed);
  const removable = new Set(image.policy.removable);
  const targets = new Map<string, TargetDraft>();
  const add = (named: Named, floor: string, ids: readonly string[]): void => {
    const draft = targets.get(named.package);
    if (draft === undefined) {
      targets.set(named.package, { named, floor, vulnerabilities: new Set(ids) });
      return;
    }
    draft.named = { ...named, ...draft.named };
    draft.floor = higherFloor(ecosystem.versionOrder, draft.floor, floor);
    for (const id of ids) draft.vulnerabilities.add(id);
  };
  for (const target of carried)
    if (target.ecosystem === ecosystem.id) add(nameOf(target), target.floor, target.vulnerabilities);
  for (const finding of findings) {
    const name = plannedName(finding.package, platform);
    const named = { ...name, ...(name.package !== finding.package && { reportedAs: finding.package }) };
    add(named, finding.floor, [finding.vulnerabilityId]);
  }
  if (targets.size === 0) return undefined;
  const sorted = [...targets.values()]
    .sort((left, right) => (left.named.package < right.named.package ? -1 : 1))
    .map((draft): Target => ({
      ecosystem: ecosystem.id,
      ...draft.named,
      floor: draft.floor,
      action: removable.has(draft.named.package) ? 'remove' : 'upgrade',
      vulnerabilities: [...draft.vulnerabilities].sort(),
    }));
  const releasever = image.releasever ?? lockedRelease(platform);
  return {
    image: image.name,
    ecosystem: ecosystem.id,
    targets: sorted,
    ...(releasever !== undefined && { releasever }),
    mode,
    planHash: planHash(image, ecosystem.id, releasever, mode, sorted),
  };
}

/** A plan without targets, for which no package manager has to be known. */
export interface EmptyPlan extends Omit<Plan, 'ecosystem' | 'releasever'> {
  readonly ecosystem?: EcosystemId;
  readonly targets: readonly [];
}

/**
 * A plan without targets: what a rebuild is that only takes what the parent has. It is the same whether the image's package
 * manager is known or not; the first build of an image that nobody has looked at yet is one.
 * @param observed platform as the scanner says
 * @param known package manager of the promoted patch, where there is one
 * @returns undefined where somebody has looked into the image, and found nothing that its packages can be upgraded with
 */
export function emptyPlan(
  image: GoldenImage,
  observed: string | undefined,
  known: EcosystemId | undefined,
): EmptyPlan | undefined {
  const ecosystem = ecosystemIdFor(image, observed) ?? known;
  if (ecosystem === undefined && image.base !== undefined) return undefined;
  const { mode } = image.policy;
  return {
    image: image.name,
    ...(ecosystem !== undefined && { ecosystem }),
    targets: [],
    mode,
    planHash: planHash(image, ecosystem, undefined, mode, []),
  };
}

/** What a target is called, and what stands for it. */
type Named = Pick<Target, 'package' | 'source' | 'replacedBy' | 'reportedAs'>;

function nameOf({ package: name, source, replacedBy, reportedAs }: Target): Named {
  return {
    package: name,
    ...(source !== undefined && { source }),
    ...(replacedBy !== undefined && { replacedBy }),
    ...(reportedAs !== undefined && { reportedAs }),
  };
}

/** A target while findings are folded into it. */
interface TargetDraft {
  named: Named;
  floor: string;
  readonly vulnerabilities: Set<string>;
}

/**
 * Amazon Linux 2023 looks only at the release that the image was built from, so that an upgrade finds nothing unless it
 * names a newer one (docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades).
 */
function lockedRelease(platform: Platform | undefined): string | undefined {
  return platform?.distribution === 'amzn' && platform.version.startsWith('2023') ? 'latest' : undefined;
}

function planHash(
  image: GoldenImage,
  ecosystem: EcosystemId | undefined,
  releasever: string | undefined,
  mode: Policy['mode'],
  targets: readonly Target[],
): string {
  const { removable, companions, replacements, moduleStreams } = image.policy;
  const identity = [
    image.name,
    ecosystem,
    releasever ?? '',
    mode,
    targets.map((target) => [target.package, target.floor, target.action]),
    // What an author may do beyond the targets: where that changes, a plan that has failed is worth another try.
    Object.entries({ removable, companions, moduleStreams, replacements: Object.entries(replacements).flat(2) })
      .map(([key, allowed]) => [key, ...[...allowed].sort()])
      .filter((allowed) => allowed.length > 1),
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
