import type { GoldenImage } from '../../domain/config/golden-image';
import { makePlan } from '../../domain/plan/plan';
import { nextAttempt } from '../../domain/plan/next-attempt';
import { openFindings } from '../../domain/plan/open-findings';
import type { Target } from '../../domain/plan/target';
import { isHeadItem } from '../../domain/table/head-item';
import { requestReplan, settleReplan } from '../../domain/table/head-changes';
import type { ReplanItem } from '../../domain/table/replan-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem, LIVE_PATCH_STATES } from '../../domain/table/patch-item';
import { markResidual } from '../../domain/table/mark-residual';
import { movePatch } from '../../domain/table/move-patch';
import type { GeneratePatchPorts } from './write-patch';
import { writePatch } from './write-patch';

/** What generate-patch did for an image, and why. */
export type GeneratePatchResult =
  | { readonly did: 'planned'; readonly patch: PatchItem }
  | {
      readonly did: 'nothing';
      readonly why:
        | 'nothing-open'
        | 'same-plan'
        | 'held'
        | 'attempts-exhausted'
        | 'raced'
        /** The model cannot be asked now; REPLAN says when it can be again. */
        | 'author-later';
    };

/**
 * Looks at one image and, where its open findings ask for something that no live patch does, writes the patch: plan,
 * author, vetting, script, PATCH item. Level-triggered: everything is computed from the table.
 */
export function makeGeneratePatch(ports: GeneratePatchPorts): (image: GoldenImage) => Promise<GeneratePatchResult> {
  const { table, logger } = ports;
  return async (image) => {
    const items = await table.query(imagePartition(image.name));
    const head = items.find(isHeadItem);
    const patches = items.filter(isPatchItem);
    const findings = items.filter(isFindingItem);
    const request = items.find(isReplanItem);
    const open = openFindings(findings);
    const promoted = patches.find((patch) => patch.sequence === head?.promoted?.patch);
    const plan = open.length === 0 ? undefined : makePlan(image, open, carriedTargets(promoted));
    if (plan === undefined) {
      await settleReplan(table, request);
      return { did: 'nothing', why: 'nothing-open' };
    }
    if (isTooEarly(ports, request)) return { did: 'nothing', why: 'author-later' };
    const attempt = nextAttempt(plan.planHash, patches, image.policy.maximumAttempts);
    if (typeof attempt === 'string') {
      if (attempt === 'attempts-exhausted') await markResidual(table, findings, plan, attempt, ports.clock());
      await supersedeOlder(ports, patches);
      await settleReplan(table, request);
      return { did: 'nothing', why: attempt };
    }
    const sequence = Math.max(0, ...patches.map((patch) => patch.sequence)) + 1;
    const patch = await writePatch(ports, { image, plan, findings, attempt, sequence, promoted });
    if (patch === 'raced') return { did: 'nothing', why: 'raced' };
    if ('kind' in patch) {
      const notBefore = new Date(ports.clock().getTime() + patch.retryAfterSeconds * 1_000);
      await requestReplan(table, image.name, patch.why, notBefore);
      return { did: 'nothing', why: 'author-later' };
    }
    await supersedeOlder(ports, [...patches, patch]);
    await settleReplan(table, request);
    logger.info('patch planned', {
      image: image.name,
      patch: sequence,
      patchId: patch.patchId,
      attempt: attempt.number,
      author: patch.author,
    });
    return { did: 'planned', patch };
  };
}

/** The model is not to be asked again before a time; only where the patch has to wait for it does that matter. */
function isTooEarly({ authors, clock }: GeneratePatchPorts, request: ReplanItem | undefined): boolean {
  if (authors.choice !== 'bedrock' || request?.state !== 'REQUESTED' || request.notBefore === undefined) return false;
  return clock().toISOString() < request.notBefore;
}

/** Of the patches that wait for their turn only the newest stays; also after a crash had left two. */
async function supersedeOlder({ table, clock }: GeneratePatchPorts, patches: readonly PatchItem[]): Promise<void> {
  const live = patches.filter((patch) => LIVE_PATCH_STATES.has(patch.state));
  const newest = live.at(-1);
  for (const older of live.slice(0, -1))
    await movePatch(table, older, ['READY', 'AWAITING_APPROVAL', 'OBSERVED'], clock(), {
      state: 'SUPERSEDED',
      reason: 'newer-patch',
      detail: `patch ${newest?.sequence ?? 0} takes its place`,
    });
}

/** A build starts from the parent again, so what the promoted patch fixed is fixed again, until the parent has it. */
function carriedTargets(promoted: PatchItem | undefined): Target[] {
  const inParent = new Set(promoted?.outcomes?.filter((outcome) => outcome.inParent).map((outcome) => outcome.package));
  return (promoted?.targets ?? []).filter((target) => !inParent.has(target.package));
}
