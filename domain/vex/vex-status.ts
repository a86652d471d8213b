import type { RiskException } from '../policy/exception';
import type { ParkedReason } from '../policy/judge';
import type { RegistryReason } from '../policy/registry-reason';
import type { ResidualReason } from '../script/result-line';
import type { ClosedReason, FindingItem, Observation } from '../table/finding-item';
import type { OutlookContext } from '../table/open-outlook';
import { noPatchBecause } from '../table/open-outlook';
import { LIVE_PATCH_STATES } from '../table/patch-item';
import { isAbout } from '../plan/target-findings';

/**
 * Statuses that this system states (OpenVEX 0.2.0, "Status Labels"). `not_affected` is none of them: an accepted risk is a
 * risk, and nothing here knows whether vulnerable code is reached.
 */
export type VexStatus = 'fixed' | 'affected' | 'under_investigation';

/** What is stated of a finding. */
export interface StatedStatus {
  readonly status: VexStatus;
  /** How the status was come to. */
  readonly notes: string;
  /** What is done about it; always of what is affected. */
  readonly action?: string;
}

/** What a status is stated with. */
export interface StatusContext extends OutlookContext {
  /** Current digest of the image. */
  readonly current: string;
  /** What is known of the finding on it. */
  readonly observed: Observation | undefined;
  /** Accepted risk in force. */
  readonly exception: RiskException | undefined;
  /** Accepted risk that has ended; undefined where none is known. */
  readonly lapsed: RiskException | undefined;
}

const ACTIONS: Readonly<Record<Exclude<ParkedReason | RegistryReason, 'stale-digest' | 'image-not-found'>, string>> = {
  'no-fix': 'No fixed version is known. It is patched when the scanner reports one.',
  'fix-out-of-reach':
    "The image's repositories never offer the fix, which is of another release stream or behind a subscription. Move the image to a release that has it.",
  'below-threshold':
    'It is below the threshold of the policy, and is fixed when another patch or a newer parent image brings the fix.',
  excepted: 'It is not patched while the risk is accepted.',
  'language-package':
    'It is in a language package, which the package manager of the system cannot fix. Upgrade what brings it into the image.',
  'end-of-life': 'Security support of the platform has ended. Move the image to a supported release.',
  'unsupported-platform':
    'The image has no package manager that could be used. Build it from a newer digest of its parent image.',
  suppressed: 'A suppression rule of the scanner covers it, which fixes nothing.',
  'manifest-not-supported': "The image's manifest cannot be read. Push the image again.",
  'architecture-mismatch': 'The image is not for the architecture that is configured. Correct one of the two.',
};

const RESIDUAL: Readonly<Record<ResidualReason, string>> = {
  'fix-not-in-repository': 'the configured repositories do not offer the fixed version yet',
  'not-fetchable': 'the package or its repository could not be downloaded',
  held: 'the package is held at its version inside the image',
  conflict: 'the package manager refused the upgrade',
  'below-floor': 'a binary is still below the fixed version after the upgrade',
  'other-layer': 'it is in a layer that the patch cannot change',
  'nothing-improved': 'its fix is in the parent image, but no image was built, because nothing else could be fixed',
  'attempts-exhausted': 'every attempt at the patch failed',
};

const CLOSED: Readonly<Record<ClosedReason, string>> = {
  'image-deleted': 'The scanner closed it because the image was deleted from the registry, which fixes nothing.',
  'scan-eligibility-expired': 'The scanner closed it because it does not look at the image any more.',
  gone: 'The scanner lists it no more, and there is no proof of a fix.',
};

const PROOF = {
  'package-database': 'the package database of this digest was read',
  scan: 'a completed scan of this digest lists it no more',
} as const;

/**
 * The status of a finding on the current digest of its image. `fixed` needs proof on that very digest; what the scanner
 * closed for any other reason (expired, deleted, gone) is under investigation, and what it suppresses is affected.
 */
export function vexStatusOf(finding: FindingItem, context: StatusContext): StatedStatus {
  const { observed, current } = context;
  const facts = factsOf(finding, observed);
  if (finding.judgedOn !== current)
    return investigate(`${facts} It was not judged on this digest yet: nothing is known of it here.`);
  switch (finding.state) {
    case 'FIXED':
      return observed?.proof === undefined
        ? investigate(`${facts} It counts as fixed, but its proof is not on record.`)
        : { status: 'fixed', notes: `${facts} Proof: ${PROOF[observed.proof]}.` };
    case 'CLOSED': {
      const why = observed?.closedBecause;
      return investigate(`${facts} ${why === undefined ? 'The scanner closed it, which proves no fix.' : CLOSED[why]}`);
    }
    case 'RESIDUAL':
      return affected(
        facts,
        `A patch left it: ${RESIDUAL[finding.reason as ResidualReason]}. It is tried again when the facts change, or after a while.`,
        context,
      );
    case 'OPEN':
      return affected(facts, openAction(finding, context), context);
    case 'PARKED':
      return parked(finding, facts, context);
  }
}

function parked(finding: FindingItem, facts: string, context: StatusContext): StatedStatus {
  const reason = finding.reason as ParkedReason | RegistryReason;
  if (reason === 'stale-digest') return investigate(`${facts} It was seen on other digests of the image only.`);
  if (reason === 'image-not-found') return investigate(`${facts} The registry does not have this digest any more.`);
  // What no score was given yet may turn out to be anything; a known exploit would have opened it.
  if (reason === 'below-threshold' && context.observed?.severity === 'UNTRIAGED')
    return investigate(`${facts} Its severity was not assessed yet.`);
  if (reason === 'excepted' && context.exception === undefined) return affected(facts, unaccepted(context), context);
  return affected(facts, ACTIONS[reason], context);
}

/** The exceptions may be other ones by now than those that it was judged with, or may not be known here at all. */
function unaccepted({ lapsed }: StatusContext): string {
  return lapsed === undefined
    ? 'It was left as an accepted risk, which is not among the exceptions that are known here: owner, reason and end cannot be stated.'
    : 'The accepted risk has expired: it is judged again.';
}

function openAction(finding: FindingItem, context: StatusContext): string {
  const why = noPatchBecause(finding, context);
  if (why !== undefined) return why;
  const { observed, patches } = context;
  const raise =
    observed?.floor === undefined
      ? `The next patch of the image is to fix ${finding.package}.`
      : `The next patch of the image raises ${finding.package} to ${observed.floor} or higher.`;
  const live = patches.findLast(
    (patch) =>
      LIVE_PATCH_STATES.has(patch.state) &&
      patch.targets.some(
        (target) => isAbout(target, finding.package) && target.vulnerabilities.includes(finding.vulnerabilityId),
      ),
  );
  return live === undefined ? raise : `${raise} Patch ${live.sequence} is ${live.state} since ${live.stateSince}.`;
}

function affected(notes: string, action: string, { exception }: StatusContext): StatedStatus {
  return {
    status: 'affected',
    notes,
    action: exception === undefined ? action : `${action} ${acceptance(exception)}`,
  };
}

function acceptance({ owner, expires, justification }: RiskException): string {
  return `Risk accepted by ${owner ?? 'an owner who is not named'} until ${expires}: ${justification}`;
}

function investigate(notes: string): StatedStatus {
  return { status: 'under_investigation', notes };
}

function factsOf(finding: FindingItem, observed: Observation | undefined): string {
  const where = finding.filePath === undefined ? '' : ` at ${finding.filePath}`;
  const state = finding.reason === undefined ? finding.state : `${finding.state}, ${finding.reason}`;
  const severity = observed === undefined ? '' : `, severity ${observed.severity}`;
  return `${finding.package}${where}${severity} (${state}).`;
}
