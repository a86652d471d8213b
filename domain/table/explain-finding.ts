import { outOfReach } from '../platform/fix-reach';
import type { Platform } from '../platform/platform';
import { parsePlatform } from '../platform/platform';
import { isKernelPackage } from '../platform/kernel-packages';
import { supportEnd } from '../platform/end-of-life';
import { languageAdvice } from '../policy/language-advice';
import { OS_PACKAGE_MANAGER } from '../finding/finding';
import type { Policy } from '../policy/policy';
import type { ParkedReason } from '../policy/judge';
import type { RegistryReason } from '../policy/registry-reason';
import type { ResidualReason } from '../script/result-line';
import type { ClosedReason, FindingItem, Observation, Sighting } from './finding-item';
import type { HeadItem } from './head-item';
import { observationOn } from '../lineage/observation-on';
import { isAbout } from '../plan/target-findings';
import type { OutlookContext } from './open-outlook';
import { noPatchBecause } from './open-outlook';
import type { PatchItem } from './patch-item';
import type { ReplanItem } from './replan-item';

/** What a finding is explained with. */
export interface ExplanationContext {
  readonly head: HeadItem | undefined;
  /** Patches of the image, oldest first. */
  readonly patches: readonly PatchItem[];
  /** What the image waits for, where it does. */
  readonly replan?: ReplanItem | undefined;
  readonly policy: Policy;
  /** Platform that the configuration gives the image. */
  readonly platform?: Platform;
}

const PARKED: Readonly<Record<ParkedReason | RegistryReason, string>> = {
  'no-fix': 'It is parked, because no fixed version is known; it wakes when the scanner reports one.',
  'fix-out-of-reach':
    "It is parked, because the image's repositories never offer this fix: it is of another release stream than what is installed, or behind a subscription.",
  'below-threshold':
    'It is parked, because it is below the threshold of the policy; it wakes when severity, exploit or EPSS rise.',
  excepted: 'It is parked, because an exception in golden-images.yaml accepts the risk until it expires.',
  'language-package': 'It is parked, because it is in a language package, which the OS package manager cannot fix.',
  'end-of-life':
    'It is parked, because public security support of the platform has ended: move the image to a supported release.',
  'unsupported-platform':
    'It is parked, because the image has no package manager that this system can use: its platform is not known, or it is distroless. Rebuild it from a newer digest of its parent, or patch the parent.',
  suppressed: 'It is parked, because a suppression rule of the scanner covers it.',
  'stale-digest': 'It is parked, because it was only seen on a digest that is not the current one.',
  'image-not-found':
    'It is parked, because the registry does not have the current digest any more; it wakes when a digest is pushed and scanned.',
  'manifest-not-supported':
    "It is parked, because the image's manifest is of a type that is not known, or broken: push the image again.",
  'architecture-mismatch':
    'It is parked, because the image is not for the architecture that golden-images.yaml says: correct one of the two.',
};

const RESIDUAL: Readonly<Record<ResidualReason, string>> = {
  'fix-not-in-repository': 'the newest version that the configured repositories offer is below the floor',
  'not-fetchable': 'the package or the repository could not be downloaded',
  held: 'the package is held at its version inside the image',
  conflict: 'the package manager refused the upgrade',
  'below-floor': 'a binary is still below the floor after the upgrade',
  'other-layer': 'the scanner sees it in a layer that the patch cannot change',
  'nothing-improved': 'its fix is in the parent image, but no image was built, because no other target could be fixed',
  'attempts-exhausted': 'every attempt at the patch failed',
};

const CLOSED: Readonly<Partial<Record<ClosedReason, string>>> = {
  'image-deleted': 'its image is not in the registry any more',
  'scan-eligibility-expired': 'the scanner does not look at its image any more',
  gone: 'the scanner looks at its image, and lists it no more',
};

/** Says in plain words why a finding is in its state: what was seen, what policy made of it, what was done. */
export function explainFinding(
  finding: FindingItem,
  { head, patches, replan, policy, platform: declared }: ExplanationContext,
): string[] {
  const observed = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
  const platform = declared ?? parsePlatform(observed?.platform);
  return [
    `First seen ${finding.firstObservedAt}: ${finding.vulnerabilityId} in ${finding.package} (${finding.packageManager}${
      finding.filePath === undefined ? '' : `, ${finding.filePath}`
    }).`,
    ...Object.entries(finding.observations)
      .sort(([left, { observedAt: a }], [right, { observedAt: b }]) => (a + left < b + right ? -1 : 1))
      .map(([digest, seen]) => describeObservation(digest, seen, finding.judgedOn)),
    ...Object.entries(finding.seenIn ?? {}).map(([repository, sighting]) => describeSighting(repository, sighting)),
    currentDigestLine(finding, head),
    ...(observed === undefined || finding.state === 'FIXED' ? [] : [thresholdLine(observed, policy)]),
    ...patchLines(finding, patches),
    ...adviceLines(finding, observed, platform),
    ...waitLines(finding, replan),
    verdictLine(finding, { head, patches, policy }),
  ];
}

function describeObservation(digest: string, seen: Observation, judgedOn: string | undefined): string {
  const says = seen.derived === true ? 'its package database says' : 'the scanner says';
  // A proof by scan has no time of its own: any word of the scanner on the digest is later.
  const known = seen.proof === 'scan' ? 'a completed scan says' : `${says} at ${seen.observedAt}`;
  const floor = seen.floor === undefined ? 'no fixed version' : `fixed in ${seen.floor}`;
  const where = digest === judgedOn ? `${digest} (current)` : digest;
  return `On ${where}, ${known}: ${seen.status}, ${seen.severity}, installed ${seen.installed || 'unknown'}, ${floor}.`;
}

function describeSighting(repository: string, { digest, base, observation }: Sighting): string {
  return `In ${repository} at ${digest}, built on ${base}, the scanner says at ${observation.observedAt}: ${observation.status}, in a layer of the golden image.`;
}

function currentDigestLine(finding: FindingItem, head: HeadItem | undefined): string {
  if (head?.promoted !== undefined)
    return `The current digest is ${head.promoted.digest}, promoted ${head.promoted.since} as ${head.promoted.reference}.`;
  if (head?.adopted !== undefined)
    return `Nothing was promoted yet; the current digest is ${head.adopted.digest}, the newest that the scanner has seen${head.sequence === 0 ? '' : ' before the first build, or with the floating tag since'}.`;
  return `It is judged on ${finding.judgedOn ?? 'no digest'}.`;
}

function thresholdLine(observed: Observation, policy: Policy): string {
  const exploit = observed.exploit ? 'an exploit is known' : 'no exploit is known';
  const epss = observed.epss === undefined ? 'no EPSS score' : `EPSS ${observed.epss}`;
  return `Policy acts on severity ${policy.minimumSeverity} or worse, on a known exploit, or on EPSS ${policy.minimumEpss} or more; here: ${observed.severity}, ${exploit}, ${epss}.`;
}

function patchLines(finding: FindingItem, patches: readonly PatchItem[]): string[] {
  return patches.flatMap((patch) => {
    const target = patch.targets.find((one) => isAbout(one, finding.package));
    if (target === undefined || !target.vulnerabilities.includes(finding.vulnerabilityId)) return [];
    const outcome = patch.outcomes?.find((one) => one.package === target.package);
    const result = outcome === undefined ? '' : `; ${target.package}: ${outcome.result}`;
    const why = patch.detail === undefined ? '' : ` (${patch.detail})`;
    return [
      `Patch ${patch.sequence} by ${patch.author}, attempt ${patch.attempt}, raises ${target.package} to ${target.floor} or higher: ${patch.state} since ${patch.stateSince}${why}${result}.`,
      ...approvalLines(patch),
      ...authorLines(patch, target.package),
    ];
  });
}

/** Whose word let it be built; a rejection stands in the patch's detail already. */
function approvalLines({ approval }: PatchItem): string[] {
  if (approval?.decision !== 'approved') return [];
  return [`It was approved by ${approval.by} at ${approval.at}: ${approval.reason}`];
}

/** Who won over whom with the commands, and what the model thought of this target. */
function authorLines({ authorReason, model, completed, disagreements }: PatchItem, name: string): string[] {
  const lines = authorReason === undefined ? [] : [authorReason];
  for (const { cached, verdict, refusals, inputTokens, outputTokens, requestHash } of model?.questions ?? []) {
    const told = refusals.length === 0 ? verdict : `${verdict} (${refusals.join(', ')})`;
    const cost = cached ? 'answered from the record' : `${inputTokens} + ${outputTokens} tokens`;
    lines.push(`Question ${requestHash.slice(0, 12)} to ${model?.id ?? ''}: ${told}, ${cost}.`);
  }
  if (completed?.includes(name) === true) lines.push(`The model's commands leave ${name} out: rules completed it.`);
  const doubt = disagreements?.find((one) => one.package === name);
  if (doubt !== undefined)
    lines.push(`The model calls ${name} not fixable, and rules try it all the same: ${doubt.reason}`);
  return lines;
}

/** A patch that waits for its author is no patch yet. */
function waitLines({ state }: FindingItem, replan: ReplanItem | undefined): string[] {
  if (state !== 'OPEN' || replan?.state !== 'REQUESTED' || replan.notBefore === undefined) return [];
  if (replan.waitsFor !== 'author') return [`${replan.why} The image is looked at again at ${replan.notBefore}.`];
  return [`${replan.why} The patch waits for the model, which is not asked again before ${replan.notBefore}.`];
}

/** What is particular to this package, and what a person can do about it. */
function adviceLines(
  finding: FindingItem,
  observed: Observation | undefined,
  platform: Platform | undefined,
): string[] {
  if (finding.packageManager !== OS_PACKAGE_MANAGER) {
    const { what, remedy, source } = languageAdvice(finding.packageManager);
    const where = finding.filePath === undefined ? '' : ` at ${finding.filePath}`;
    return [`It is ${what}${where}: to fix it, ${remedy} (${source}).`];
  }
  const lines: string[] = [];
  if (isKernelPackage(finding.package))
    lines.push(
      'A container never runs a kernel of its own: what is installed of it are headers or tools, which policy can list as removable.',
    );
  const fix =
    observed?.floor === undefined ? undefined : { ...observed, package: finding.package, floor: observed.floor };
  const reach = fix === undefined ? undefined : outOfReach(fix, platform);
  if (reach !== undefined) lines.push(`The fix is out of reach: ${reach.why} (${reach.source}).`);
  const end = finding.reason === 'end-of-life' && platform !== undefined ? supportEnd(platform) : undefined;
  if (end !== undefined) lines.push(`Public security updates of the platform ended ${end.ends} (${end.source}).`);
  return lines;
}

function verdictLine(finding: FindingItem, context: OutlookContext): string {
  switch (finding.state) {
    case 'OPEN': {
      const why = noPatchBecause(finding, context);
      return why === undefined ? 'It is OPEN: it is to be fixed by the next patch.' : `It is OPEN. ${why}`;
    }
    case 'FIXED':
      return isProvenByScan(finding)
        ? 'It is FIXED: a completed scan of the current digest proves it, which lists it no more.'
        : 'It is FIXED: the package database of the current digest proves it.';
    case 'CLOSED':
      return `It is CLOSED: ${CLOSED[finding.reason as ClosedReason] ?? 'the scanner says so'}. That proves no fix: expiry and deletion close findings too.`;
    case 'RESIDUAL':
      return `It is RESIDUAL: ${RESIDUAL[finding.reason as ResidualReason]}. It is tried again when the facts change, or after a while.`;
    case 'PARKED':
      return PARKED[finding.reason as ParkedReason | RegistryReason];
  }
}

function isProvenByScan({ observations, judgedOn }: FindingItem): boolean {
  return observations[judgedOn ?? '']?.proof === 'scan';
}
