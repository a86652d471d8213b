import type { FindingTable } from '../ports';
import { updateHead } from './head-changes';
import type { HeadItem, PromotedDigest } from './head-item';

/** What the end of a build does to an image's HEAD. */
export interface LeaseEnd {
  /** Sequence of the patch whose build is over. */
  readonly patch: number;
  /** `failed` counts towards the breaker, `promoted` resets it, `neutral` leaves it. */
  readonly outcome: 'promoted' | 'failed' | 'neutral';
  readonly promoted?: PromotedDigest;
  /** Failed builds in a row after which the image is stopped. */
  readonly failuresBeforeStop: number;
}

/**
 * Gives an image's lease back. Does nothing where the lease is another patch's: a late word about an old build must not
 * free a new one.
 */
export async function releaseLease(table: FindingTable, image: string, end: LeaseEnd): Promise<HeadItem | undefined> {
  return await updateHead(table, image, (head) => {
    if (head.lease?.patch !== end.patch) return undefined;
    const { lease: _lease, ...rest } = head;
    const failures = end.outcome === 'promoted' ? 0 : head.failures + (end.outcome === 'failed' ? 1 : 0);
    return {
      ...rest,
      state: failures >= end.failuresBeforeStop ? 'STOPPED' : 'IDLE',
      failures,
      ...(end.promoted !== undefined && {
        promoted: end.promoted,
        ...(head.promoted !== undefined && { previous: head.promoted }),
      }),
    };
  });
}
