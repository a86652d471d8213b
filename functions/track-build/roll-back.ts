import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, ImageRegistry, Logger, Metrics, Notifier } from '../../domain/ports';
import { tell } from '../../domain/notice/tell';
import { readHead, updateHead } from '../../domain/table/head-changes';
import type { HeadItem, PromotedDigest } from '../../domain/table/head-item';
import { patchKey } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { RollBackOrder } from '../../domain/table/tag-move';
import { beginTagMove } from '../../domain/table/tag-move';
import { visible } from '../../domain/vetting/text';
import { judgeOn } from './judge-on';
import { tagOf } from './tag-of';

/** What a rollback works with. */
export interface RollBackPorts {
  readonly table: FindingTable;
  readonly registry: ImageRegistry;
  readonly exceptions: Estate['exceptions'];
  /** Absent: nobody is told. */
  readonly notifier?: Notifier;
  /** Absent: nothing is measured. */
  readonly metrics?: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who takes a promoted image back, and why. */
export interface RollBackRequest {
  /** A person, or `system`. */
  readonly by: string;
  /** A sentence for people. */
  readonly reason: string;
  /** Stable code of the reason. @default by-hand */
  readonly code?: RollBackCode;
}

/** Why a promoted image was taken back. */
export type RollBackCode = 'by-hand' | 'contract-broken' | 'worse';

/** Why nothing was rolled back. */
export type RollBackRefusal =
  | 'nothing-promoted'
  /** There is no image before, or it was gone back to already. */
  | 'no-previous'
  /** The registry does not have the image before any more. */
  | 'previous-gone'
  /** The floating tag points at neither of the two: somebody else has moved it. */
  | 'tag-moved'
  /** A newer image is being promoted right now. */
  | 'being-promoted';

/** What a rollback came to. */
export type RollBackResult =
  | {
      readonly did: 'rolled-back';
      /** Digest that the floating tag points at again. */
      readonly digest: string;
      /** Digest that was taken back. */
      readonly from: string;
      readonly patch: PatchItem | undefined;
    }
  | { readonly did: 'nothing'; readonly why: RollBackRefusal; /** One sentence for people. */ readonly detail: string };

/** The two images of a rollback. */
interface Way {
  readonly from: PromotedDigest;
  readonly to: PromotedDigest;
}

/**
 * Makes the rollback of an image: HEAD says that the floating tag is moving; the patch becomes ROLLED_BACK, so that its plan
 * is not tried again; the tag goes back to the image before in one step; HEAD follows, and the findings are judged on that
 * image again. In this order, and each step repeatable, so that a rollback that was cut off is finished by asking for it
 * again, which makeCheckPromoted does too.
 */
export function makeRollBack(
  ports: RollBackPorts,
): (image: GoldenImage, request: RollBackRequest) => Promise<RollBackResult> {
  return async (image, request) => {
    const { table, registry, logger } = ports;
    const head = await readHead(table, image.name);
    const judged = await finishJudging(ports, image, head);
    if (judged !== undefined) return judged;
    const way = await wayBack(ports, image, head);
    if ('did' in way) {
      await giveFree(table, image);
      return way;
    }
    const { from, to } = way;
    const { by, code = 'by-hand' } = request;
    const asked: RollBackOrder = { by, code, reason: visible(request.reason, REASON_LIMIT) };
    const begun = await beginTagMove(
      table,
      image.name,
      { by: 'rollback', order: asked, from: from.digest },
      ({ promoted, previous }) => promoted?.digest === from.digest && previous?.digest === to.digest,
    );
    if (begun?.moving?.by !== 'rollback')
      return refused('being-promoted', `another image of ${image.name} is being promoted: try again in a minute`);
    // One that was cut off is carried on with.
    const { order } = begun.moving;
    const patch = await takePatchBack(ports, image, from, order);
    await registry.tag(to.reference, registry.referenceOf(image, image.floatingTag));
    await tellOfRollBack(ports, image, way, patch);
    await updateHead(table, image.name, (known) => {
      if (known.promoted?.digest !== from.digest) return undefined;
      const { previous: _previous, ...rest } = known;
      return { ...rest, promoted: to };
    });
    await judgeOn(ports, image, to.digest);
    await giveFree(table, image);
    logger.warn('promoted image rolled back', {
      image: image.name,
      ...{ patch: patch?.sequence, digest: to.digest, from: from.digest, by: order.by, reason: order.reason },
    });
    return { did: 'rolled-back', digest: to.digest, from: from.digest, patch };
  };
}

/** Most characters of a reason that an item keeps. */
const REASON_LIMIT = 1000;

/** A rollback that was cut off when all had moved, and findings were not judged yet. */
async function finishJudging(
  ports: RollBackPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
): Promise<RollBackResult | undefined> {
  const { moving, promoted } = head ?? {};
  if (moving?.by !== 'rollback' || promoted === undefined || promoted.digest === moving.from) return undefined;
  await judgeOn(ports, image, promoted.digest);
  await giveFree(ports.table, image);
  return { did: 'rolled-back', digest: promoted.digest, from: moving.from, patch: undefined };
}

/** The rollback is over, or there is no way back any more: the tag is others' to move. */
async function giveFree(table: FindingTable, image: GoldenImage): Promise<void> {
  await updateHead(table, image.name, (known) => {
    if (known.moving?.by !== 'rollback') return undefined;
    const { moving: _moving, ...rest } = known;
    return rest;
  });
}

/** Checks that there is a way back, and that nobody else is on it. */
async function wayBack(
  { registry }: RollBackPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
): Promise<Way | Extract<RollBackResult, { did: 'nothing' }>> {
  const { promoted: from, previous: to, moving } = head ?? {};
  if (from === undefined) return refused('nothing-promoted', `nothing of ${image.name} was ever promoted`);
  if (to === undefined)
    return refused('no-previous', `there is no image before ${from.digest} that ${image.name} could go back to`);
  if (moving?.by === 'promotion')
    return refused('being-promoted', `patch ${moving.patch} is being promoted: try again in a minute`);
  if ((await registry.describe(to.reference, image.architecture))?.digest !== to.digest)
    return refused('previous-gone', `${to.reference} is not in the registry any more, or is not ${to.digest}`);
  const tag = registry.referenceOf(image, image.floatingTag);
  const at = (await registry.describe(tag, image.architecture))?.digest;
  // At the image before: an earlier rollback was cut off.
  if (at === from.digest || at === to.digest) return { from, to };
  return refused(
    'tag-moved',
    `${tag} is at ${at ?? 'no image'} and not at ${from.digest}, which was promoted: somebody else has moved it (docs/operating.md, "The floating tag was moved")`,
  );
}

function refused(why: RollBackRefusal, detail: string): Extract<RollBackResult, { did: 'nothing' }> {
  return { did: 'nothing', why, detail };
}

/** PROMOTED becomes ROLLED_BACK. */
async function takePatchBack(
  { table, metrics, clock }: RollBackPorts,
  image: GoldenImage,
  from: PromotedDigest,
  { by, reason, code }: RollBackOrder,
): Promise<PatchItem | undefined> {
  if (from.patch === undefined) return undefined;
  const now = clock();
  const key = patchKey(image.name, from.patch);
  const moved = await movePatch(table, key, ['PROMOTED'], now, {
    state: 'ROLLED_BACK',
    reason: code,
    detail: reason,
    rolledBack: { by, reason, at: now.toISOString() },
  });
  if (moved !== undefined) metrics?.count('RolledBack', 1, code);
  const stored = moved ?? (await table.get(key));
  return stored !== undefined && isPatchItem(stored) ? stored : undefined;
}

/** Tells people and systems, at least once. */
async function tellOfRollBack(
  ports: RollBackPorts,
  image: GoldenImage,
  { from, to }: Way,
  patch: PatchItem | undefined,
): Promise<void> {
  if (patch?.rolledBack === undefined) return;
  const tags = [tagOf(ports.registry.referenceOf(image, image.floatingTag))];
  // An earlier version of this project gave what was adopted no tag of its own.
  if (!to.reference.includes('@')) tags.unshift(tagOf(to.reference));
  await tell(ports, {
    kind: 'rolled-back',
    ...{ image: image.name, repository: image.repository, patch: patch.sequence, patchId: patch.patchId },
    ...{ digest: to.digest, from: from.digest, tags, ...patch.rolledBack },
  });
}
