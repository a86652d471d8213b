import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import { isStale, promotedPatch, wantedPlan } from '../../domain/plan/wanted-plan';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import { approvalExpiry } from '../../domain/table/approval-expiry';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan } from '../../domain/table/head-changes';
import { isHeadItem } from '../../domain/table/head-item';
import type { TableItem } from '../../domain/table/items';
import { imagePartition } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { Approval, PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { expireApproval } from './expire-approvals';
import { undecidable } from './undecidable';

/** What a decision is made with. */
export interface DecideApprovalPorts {
  readonly table: FindingTable;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A person's word on a patch. */
export interface Decision {
  /** Sequence of the patch. */
  readonly patch: number;
  readonly decision: Approval['decision'];
  /** Who: a name, or an ARN. */
  readonly by: string;
  /** Why, for whoever reads it later. */
  readonly reason: string;
}

/** What became of a decision. `did: 'nothing'`: the same was decided before; the patch may have gone on since. */
export interface DecideApprovalResult {
  readonly did: Approval['decision'] | 'nothing';
  readonly patch: PatchItem;
}

/** Longest reason and name that are kept, in characters: they stand in an item of the table. */
const TEXT_LIMIT = 1_000;

/**
 * Takes a person's word on a patch that waits for one: an approved one becomes READY, a rejected one REJECTED, and no patch
 * of the same plan is written again. To repeat a decision changes nothing.
 * @throws BadInputError where there is no such patch, or who or why is missing
 * @throws GoldenImagesError (refused) where the patch does not wait for approval (any more), the other was decided, nobody
 *   asks for it any more, or the word comes too late: then the patch is EXPIRED
 */
export function makeDecideApproval(
  ports: DecideApprovalPorts,
): (image: GoldenImage, decision: Decision) => Promise<DecideApprovalResult> {
  const { table, clock, logger } = ports;
  return async (image, decision) => {
    const by = required(decision.by, 'who decides');
    const reason = required(decision.reason, 'a reason');
    const items = await table.query(imagePartition(image.name));
    const patches = items.filter(isPatchItem);
    const patch = patches.find(({ sequence }) => sequence === decision.patch);
    if (patch === undefined) throw unknownPatch(image, decision.patch, patches);
    if (patch.approval?.decision === decision.decision) return { did: 'nothing', patch };
    if (patch.state !== 'AWAITING_APPROVAL') throw undecidable(patch, decision.decision);
    const now = clock();
    if (now >= approvalExpiry(patch, image.policy)) {
      await expireApproval(table, image, patch, now);
      throw undecidable({ ...patch, state: 'EXPIRED' }, decision.decision);
    }
    if (decision.decision === 'approved' && isUnwanted(image, items, patch)) {
      await requestReplan(table, image.name, `patch ${patch.sequence} does what no finding asks for any more`);
      throw new GoldenImagesError(
        'refused',
        `patch ${patch.sequence} of ${image.name} does what no finding asks for any more`,
        { hint: 'it is planned again: approve the patch that takes its place, if there is one' },
      );
    }
    const moved = await movePatch(table, patch, ['AWAITING_APPROVAL'], now, {
      state: decision.decision === 'approved' ? 'READY' : 'REJECTED',
      approval: { decision: decision.decision, by, reason, at: now.toISOString() },
      ...(decision.decision === 'rejected' && { reason: 'rejected', detail: `rejected by ${by}: ${reason}` }),
    });
    if (moved === undefined) return await decidedMeanwhile(table, patch, decision.decision);
    logger.info('patch decided', { image: image.name, patch: patch.sequence, decision: decision.decision, by });
    return { did: decision.decision, patch: moved };
  };
}

/** Somebody else was quicker: with the same word, or not. */
async function decidedMeanwhile(
  table: FindingTable,
  { pk, sk }: PatchItem,
  decision: Approval['decision'],
): Promise<DecideApprovalResult> {
  const patch = await table.get({ pk, sk });
  if (patch === undefined || !isPatchItem(patch))
    throw new GoldenImagesError('internal', `the patch ${pk} / ${sk} is gone from the table`);
  if (patch.approval?.decision === decision) return { did: 'nothing', patch };
  throw undecidable(patch, decision);
}

function isUnwanted(image: GoldenImage, items: readonly TableItem[], patch: PatchItem): boolean {
  const promoted = promotedPatch(items.find(isHeadItem), items.filter(isPatchItem));
  return isStale(patch, wantedPlan(image, items.filter(isFindingItem), promoted));
}

function required(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new BadInputError(`${what} is missing: it is kept with the patch`);
  return trimmed.slice(0, TEXT_LIMIT);
}

function unknownPatch({ name }: GoldenImage, sequence: number, patches: readonly PatchItem[]): BadInputError {
  const waiting = patches.filter(({ state }) => state === 'AWAITING_APPROVAL').map((patch) => patch.sequence);
  return new BadInputError(`golden image ${name} has no patch ${sequence}`, {
    hint:
      waiting.length > 0
        ? `what waits for approval is patch ${waiting.join(', ')}`
        : 'nothing of it waits for approval; "golden-images status" shows what does',
  });
}
