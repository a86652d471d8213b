import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, ConditionFailedError } from '../../domain/errors';
import { rebuildPlan } from '../../domain/plan/rebuild-plan';
import { promotedPatch } from '../../domain/plan/wanted-plan';
import type { Clock, FindingTable, Logger, Metrics, Notifier, ScriptStore } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isInFlight, isPatchItem } from '../../domain/table/patch-item';
import { askForApproval } from '../generate-patch/ask-for-approval';
import { supersedeBut } from '../generate-patch/supersede';
import { draftRebuild, rebuildReason } from './draft-rebuild';

/** What a rebuild is written with. */
export interface RebuildImagePorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  /** Is told of a rebuild that waits for a person's word. */
  readonly notifier?: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts notices that nobody got. */
  readonly metrics?: Metrics;
}

/** Who wants an image built again, and why. */
export interface RebuildRequest {
  readonly why: string;
  readonly by: string;
  /**
   * True where no person asks: then the image's mode decides whether it is built at once, waits for a person, or is only
   * recorded. A person's own word needs no second one.
   */
  readonly unattended?: true;
  /** True where its image may have another contract (user, entrypoint, ports, …) than the one before. */
  readonly acceptsContract?: true;
}

/** Why no rebuild was written. */
export type NotRebuilt =
  /** A build is on its way: its lease has to be given back first. */
  | 'in-flight'
  /** The breaker has stopped the image. */
  | 'stopped'
  /** A rebuild of it waits for its turn, or for a person. */
  | 'asked-before'
  /** Nobody asks but the system, and a person has rejected it for that very reason. */
  | 'rejected'
  /** Somebody else wrote a patch at the same moment: to be asked again. */
  | 'raced';

/** What became of the request. */
export type RebuildImageResult =
  | { readonly did: 'written'; readonly patch: PatchItem }
  | { readonly did: 'nothing'; readonly why: NotRebuilt; readonly patch?: PatchItem };

/**
 * Writes a PATCH that builds an image again from its parent, although no finding may ask for it: what is open goes along,
 * and what was fixed stays fixed (domain/plan/rebuild-plan.ts). Patches that wait give way to it; they are planned again
 * after it, where anything is left.
 * @throws BadInputError where the image has no package manager that is known here, or who or why is missing
 */
export function makeRebuildImage(
  ports: RebuildImagePorts,
): (image: GoldenImage, request: RebuildRequest) => Promise<RebuildImageResult> {
  const { table, scripts, clock, logger } = ports;
  return async (image, request) => {
    for (const [what, text] of Object.entries({ 'who asks': request.by, 'a reason': request.why }))
      if (text.trim() === '') throw new BadInputError(`${what} is missing: it is kept with the rebuild`);
    const items = await table.query(imagePartition(image.name));
    const head = items.find(isHeadItem);
    const patches = items.filter(isPatchItem);
    const refusal = whyNot(head, patches, request);
    if (refusal !== undefined) return { did: 'nothing', ...refusal };

    const findings = items.filter(isFindingItem);
    const promoted = promotedPatch(head, patches);
    const sequence = Math.max(0, ...patches.map((patch) => patch.sequence)) + 1;
    const accepts = request.acceptsContract === true ? { acceptsContract: true as const } : {};
    const plan = rebuildPlan(image, { findings, patches, promoted, sequence, now: clock(), ...accepts });
    if (plan === undefined) throw unknownPlatform(image);
    const patch = await draftRebuild({ scripts, clock }, image, { plan, sequence, promoted, request });
    // No finding makes a rebuild give way: one that stayed behind would wait for ever.
    await supersedeBut(
      ports,
      patches.filter(({ rebuild }) => rebuild === true),
      patch,
    );
    try {
      await table.put(patch, 0);
    } catch (error) {
      if (error instanceof ConditionFailedError) return { did: 'nothing', why: 'raced' };
      throw error;
    }
    await supersedeBut(ports, patches, patch);
    if (patch.state === 'AWAITING_APPROVAL') await askForApproval(ports, image, patch, findings);
    logger.info('rebuild written', { image: image.name, patch: sequence, state: patch.state, ...request });
    return { did: 'written', patch };
  };
}

function whyNot(
  head: { readonly state: string; readonly lease?: unknown } | undefined,
  patches: readonly PatchItem[],
  request: RebuildRequest,
): { readonly why: NotRebuilt; readonly patch?: PatchItem } | undefined {
  const isUnattended = request.unattended === true;
  const building = patches.find(isInFlight);
  if (building !== undefined) return { why: 'in-flight', patch: building };
  if (head?.lease !== undefined) return { why: 'in-flight' };
  if (head?.state === 'STOPPED') return { why: 'stopped' };
  const asked = patches.find(
    ({ rebuild, state, acceptsContract }) =>
      rebuild === true &&
      // One that may not have another contract does less than what is asked for.
      (request.acceptsContract !== true || acceptsContract === true) &&
      // A person's word overrides one that waits for it.
      (state === 'READY' || (isUnattended && (state === 'AWAITING_APPROVAL' || state === 'OBSERVED'))),
  );
  if (asked !== undefined) return { why: 'asked-before', patch: asked };
  const last = patches.findLast(({ rebuild }) => rebuild === true);
  const isRejected = last?.state === 'REJECTED' && last.authorReason === rebuildReason(request);
  return isUnattended && isRejected ? { why: 'rejected', patch: last } : undefined;
}

function unknownPlatform({ name }: GoldenImage): BadInputError {
  return new BadInputError(
    `golden image ${name} has no package manager that is known here, so that nothing in it can be upgraded`,
    {
      hint: 'where it has one after all, say its ecosystem (e.g. apt) in golden-images.yaml',
    },
  );
}
