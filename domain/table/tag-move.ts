import type { FindingTable } from '../ports';
import { updateHead } from './head-changes';
import type { HeadItem, PromotedDigest } from './head-item';
import { currentDigest } from './head-item';

/** Who wants a rollback, and why. */
export interface RollBackOrder {
  /** A person, or `system`. */
  readonly by: string;
  /** A sentence for people. */
  readonly reason: string;
  /** Stable code of the reason. */
  readonly code: string;
}

/**
 * Who moves the floating tag now. Written before it moves, and gone when HEAD has followed: meanwhile nobody else moves it,
 * and what was cut off is carried on with, since it is decided.
 */
export type TagMove =
  | {
      readonly by: 'promotion';
      /** Sequence of the patch. */
      readonly patch: number;
      /** Reference with the immutable tag. */
      readonly reference: string;
      /** At the first promotion: what the floating tag was on, where it was on anything. */
      readonly replaces?: PromotedDigest;
    }
  | {
      readonly by: 'rollback';
      readonly order: RollBackOrder;
      /** Digest that is taken back. */
      readonly from: string;
    };

/**
 * Takes the floating tag for a move.
 * @param isAllowed tells, of HEAD as it is, whether the move is still to be made
 * @returns HEAD where the tag is this move's, new or from a run that was cut off; undefined where it is not
 */
export async function beginTagMove(
  table: FindingTable,
  image: string,
  move: TagMove,
  isAllowed: (head: Pick<HeadItem, 'lease' | 'promoted' | 'previous'>) => boolean,
): Promise<HeadItem | undefined> {
  const head = await updateHead(table, image, (known) =>
    known.moving === undefined && isAllowed(known) ? { ...known, moving: move } : undefined,
  );
  return head?.moving !== undefined && isSame(head.moving, move) ? head : undefined;
}

function isSame(left: TagMove, right: TagMove): boolean {
  return left.by === 'promotion' ? right.by === 'promotion' && left.patch === right.patch : right.by === 'rollback';
}

/** The move of a patch's promotion, where it has begun. */
export function promotionOf(
  head: Pick<HeadItem, 'moving'> | undefined,
  patch: number,
): Extract<TagMove, { by: 'promotion' }> | undefined {
  return head?.moving?.by === 'promotion' && head.moving.patch === patch ? head.moving : undefined;
}

/**
 * Digest that a patch's promotion takes the place of: what the floating tag was on, or else the current one, which the
 * scanner has told of; undefined where there was neither.
 */
export function replacedDigest(
  head: Pick<HeadItem, 'moving' | 'promoted' | 'adopted'>,
  patch: number,
): string | undefined {
  return promotionOf(head, patch)?.replaces?.digest ?? currentDigest(head);
}
