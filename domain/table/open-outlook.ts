import { SEVERITIES } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import { nextAttempt } from '../plan/next-attempt';
import { isAbout } from '../plan/target-findings';
import { patchMode } from '../policy/patch-mode';
import type { Policy } from '../policy/policy';
import type { FindingItem } from './finding-item';
import type { HeadItem } from './head-item';
import type { PatchItem } from './patch-item';

/** What says whether an open finding is about to be fixed. */
export interface OutlookContext {
  readonly head: Pick<HeadItem, 'state' | 'failures'> | undefined;
  /** Patches of the image, oldest first. */
  readonly patches: readonly PatchItem[];
  readonly policy: Policy;
}

/** What ends the wait for a plan that is not written again. */
const UNTIL = 'the same plan is not written again until it changes (another finding, a higher floor, another policy)';
const BY_HAND = 'or until "golden-images retry"';

/**
 * Says why no patch comes that fixes an open finding, where none does: the image is stopped, nothing is built in its mode,
 * or the plan that has it is not written again.
 * @returns a sentence; undefined where the next patch is to fix it
 */
export function noPatchBecause(finding: FindingItem, { head, patches, policy }: OutlookContext): string | undefined {
  if (head?.state === 'STOPPED')
    return `No patch is built: the image is stopped after ${head.failures} failed builds in a row, until "golden-images retry".`;
  const latest = patches.findLast((patch) => patch.rebuild !== true && isFor(patch, finding));
  const modes = possibleModes(finding, policy);
  if (modes.every((mode) => mode === 'observe') || (latest?.state === 'OBSERVED' && modes.includes('observe'))) {
    const recorded = latest?.state === 'OBSERVED' ? `: patch ${latest.sequence}, which has it, is recorded only` : '';
    return `No patch is built in mode observe${recorded}.`;
  }
  if (latest === undefined) return undefined;
  const which = `Patch ${latest.sequence}, which was to fix it,`;
  // As of then: what passes by itself is told, and not waited for here.
  switch (nextAttempt(latest.planHash, patches, policy, new Date(latest.stateSince))) {
    case 'rejected':
      return `${which} was rejected: ${UNTIL}, ${BY_HAND}.`;
    case 'rolled-back':
      return `${which} was rolled back: ${UNTIL}, ${BY_HAND}.`;
    case 'attempts-exhausted':
      return `${which} has failed as often as policy allows (${policy.maximumAttempts}): ${UNTIL}, ${BY_HAND}.`;
    case 'held': {
      const why = latest.reason === undefined ? '' : ` (${latest.reason})`;
      return `${which} was held${why}: ${UNTIL}, the reason passes, ${BY_HAND}.`;
    }
    default:
      return undefined;
  }
}

function isFor({ targets }: PatchItem, { package: name, vulnerabilityId }: FindingItem): boolean {
  return targets.some(
    (target) =>
      isAbout(target, name) && (target.vulnerabilities.includes(vulnerabilityId) || (target.omitted ?? 0) > 0),
  );
}

/** Modes that a patch for it may have: another finding may be worse, and the worst decides. */
function possibleModes(finding: FindingItem, policy: Policy): Policy['mode'][] {
  const severity = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn)?.severity;
  const from = severity === undefined ? 0 : SEVERITIES.indexOf(severity);
  return SEVERITIES.slice(from).map((one) => patchMode(policy, [one]));
}
