import type { GoldenImage } from '../config/golden-image';
import type { FindingItem } from '../table/finding-item';
import type { HeadItem } from '../table/head-item';
import type { PatchItem } from '../table/patch-item';
import { patchMode } from '../policy/patch-mode';
import { covers } from './covers';
import { fixedFindings, openFindings, openSeverities } from './open-findings';
import type { Plan } from './plan';
import { makePlan } from './plan';
import type { Target } from './target';

/** The patch whose image is promoted; at the end of a promotion PATCH says so before HEAD does, which has its lease still. */
export function promotedPatch(head: HeadItem | undefined, patches: readonly PatchItem[]): PatchItem | undefined {
  return (
    patches.find(({ sequence, state }) => sequence === head?.lease?.patch && state === 'PROMOTED') ??
    patches.find(({ sequence }) => sequence === head?.promoted?.patch)
  );
}

/**
 * What an image's findings ask for now.
 * @param promoted the patch whose image is promoted: what it fixed stays fixed
 * @returns undefined where nothing is open, or what is open cannot be planned
 */
export function wantedPlan(
  image: GoldenImage,
  findings: readonly FindingItem[],
  promoted: PatchItem | undefined,
): Plan | undefined {
  const open = openFindings(findings);
  if (open.length === 0) return undefined;
  const carried = carriedTargets(promoted);
  const mode = patchMode(image.policy, openSeverities(findings));
  return makePlan(image, [...open, ...fixedFindings(findings, carried)], carried, mode);
}

/**
 * What keeps fixed what the promoted patch has fixed, without anything new.
 * @returns undefined where there is nothing to keep
 */
export function carriedPlan(
  image: GoldenImage,
  findings: readonly FindingItem[],
  promoted: PatchItem | undefined,
): Plan | undefined {
  const carried = carriedTargets(promoted);
  return carried.length === 0 ? undefined : makePlan(image, fixedFindings(findings, carried), carried);
}

/**
 * True where a patch does what nobody asks for any more: a finding of its was suppressed, excepted, closed, fixed. A
 * rebuild was asked for by itself, and never is.
 */
export function isStale(patch: Pick<PatchItem, 'targets' | 'rebuild'>, wanted: Plan | undefined): boolean {
  if (patch.rebuild === true) return false;
  return wanted === undefined || !covers(wanted.targets, patch.targets);
}

/** A build starts from the parent again, so what the promoted patch fixed is fixed again, until the parent has it. */
function carriedTargets(promoted: PatchItem | undefined): Target[] {
  const inParent = new Set(promoted?.outcomes?.filter((outcome) => outcome.inParent).map((outcome) => outcome.package));
  return (promoted?.targets ?? []).filter((target) => !inParent.has(target.package));
}
