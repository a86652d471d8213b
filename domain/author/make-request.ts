import type { GoldenImage } from '../config/golden-image';
import { platformOf } from '../config/golden-image';
import { requireEcosystem } from '../ecosystems';
import type { InstalledPackage } from '../ecosystems/ecosystem';
import { parsePlatform } from '../platform/platform';
import type { Plan } from '../plan/plan';
import { isAbout } from '../plan/target-findings';
import { binariesOf } from '../proof/installed-binaries';
import type { FindingItem } from '../table/finding-item';
import type { VettingContext } from '../vetting/operations';
import type { FailedAttempt, PatchRequest, RequestedTarget } from './patch-request';
import { MAXIMUM_PACKAGES } from './patch-request';

/** What a request is made of beside the plan. */
export interface RequestFacts {
  /** What the commands will be vetted against. */
  readonly context: VettingContext;
  /** Findings of the image. */
  readonly findings: readonly FindingItem[];
  /** What is installed in the image that the patch starts from, where it is known. */
  readonly packages?: readonly InstalledPackage[];
  readonly attempt: number;
  readonly failed?: FailedAttempt;
}

/** Findings whose free text a request carries. */
const MAXIMUM_TEXTS = 20;

/** Makes the request of a plan: the same facts always give the same request. */
export function makeRequest(image: GoldenImage, plan: Plan, facts: RequestFacts): PatchRequest {
  const { context, findings, packages, attempt, failed } = facts;
  const { removable, companions, moduleStreams, releasever } = context;
  const platform = platformOf(image, observedPlatform(findings));
  const replacements = context.targets.flatMap((target) =>
    target.replacements === undefined ? [] : [[target.package, target.replacements] as const],
  );
  const texts = image.policy.findingText === 'include' ? textsOf(plan, findings) : [];
  return {
    image: image.name,
    ecosystem: plan.ecosystem,
    ...(platform !== undefined && { platform: `${platform.distribution} ${platform.version}`.trim() }),
    architecture: image.architecture,
    targets: plan.targets.map((target) => requested(known(target, context), plan, packages)),
    allowed: {
      ...(removable !== undefined && { removable }),
      ...(companions !== undefined && { companions }),
      ...(moduleStreams !== undefined && { moduleStreams }),
      ...(releasever !== undefined && { releasever }),
      ...(replacements.length > 0 && { replacements: Object.fromEntries(replacements) }),
    },
    ...(packages !== undefined && listed(packages)),
    attempt,
    ...(failed !== undefined && { failed }),
    ...(texts.length > 0 && { findingText: texts }),
  };
}

/** The target with the name that it goes by now, where only that one is installed. */
function known(target: Plan['targets'][number], { targets }: VettingContext): Plan['targets'][number] {
  const replacedBy = target.replacedBy ?? targets.find((one) => one.package === target.package)?.replacements?.[0];
  return replacedBy === undefined ? target : { ...target, replacedBy };
}

function requested(
  target: Plan['targets'][number],
  plan: Plan,
  packages: readonly InstalledPackage[] | undefined,
): RequestedTarget {
  const { package: name, source, floor, action, vulnerabilities } = target;
  const installed =
    packages === undefined
      ? undefined
      : binariesOf(target, packages, requireEcosystem(plan.ecosystem))
          .map(({ installed: { name: binary, version } }) => ({ package: binary, version }))
          .sort((left, right) => (`${left.package} ${left.version}` < `${right.package} ${right.version}` ? -1 : 1));
  return {
    package: name,
    ...(source !== undefined && { source }),
    floor,
    action,
    vulnerabilities,
    ...(installed !== undefined && { installed }),
  };
}

function listed(packages: readonly InstalledPackage[]): Pick<PatchRequest, 'packages' | 'packagesOmitted'> {
  const names = [...new Set(packages.map((one) => `${one.name} ${one.version}`))].sort();
  const omitted = names.length - MAXIMUM_PACKAGES;
  return { packages: names.slice(0, MAXIMUM_PACKAGES), ...(omitted > 0 && { packagesOmitted: omitted }) };
}

function observedPlatform(findings: readonly FindingItem[]): string | undefined {
  const open = findings.filter((finding) => finding.state === 'OPEN');
  const platforms = open.flatMap((finding) => finding.observations[finding.judgedOn ?? '']?.platform ?? []);
  return platforms.filter((platform) => parsePlatform(platform) !== undefined).sort()[0];
}

/** The free text that the scanner wrote of the vulnerabilities which the plan settles, each once. */
function textsOf(plan: Plan, findings: readonly FindingItem[]): NonNullable<PatchRequest['findingText']> {
  const texts = new Map<string, string>();
  for (const finding of findings) {
    if (finding.state !== 'OPEN' || !plan.targets.some((target) => isAbout(target, finding.package))) continue;
    const text = finding.observations[finding.judgedOn ?? '']?.text;
    const known = texts.get(finding.vulnerabilityId);
    if (text !== undefined && (known === undefined || text < known)) texts.set(finding.vulnerabilityId, text);
  }
  return [...texts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, MAXIMUM_TEXTS)
    .map(([vulnerability, text]) => ({ vulnerability, text }));
}
