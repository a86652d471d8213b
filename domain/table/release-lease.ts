import type { FindingTable } from '../ports';
import { updateHead } from './head-changes';
import type { HeadItem, PromotedDigest } from './head-item';

/** What the end of a build does to an image's HEAD. */
export type LeaseEnd = {
  /** Sequence of the patch whose build is over, or never began. */
  readonly patch: number;
} & (
  | { readonly outcome: 'neutral' }
  | {
      /** Counts towards the breaker. */
      readonly outcome: 'failed';
      /** Failed builds in a row after which the image is stopped. */
      readonly failuresBeforeStop: number;
    }
  | {
      /** Resets the breaker. */
      readonly outcome: 'promoted';
      readonly promoted: PromotedDigest;
    }
);

/**
 * Gives an image's lease back. Does nothing where the lease is another patch's: a late word about an old build must not
 * free a new one.
 */
export async function releaseLease(table: FindingTable, image: string, end: LeaseEnd): Promise<HeadItem | undefined> {
  return await updateHead(table, image, (head) => {
    if (head.lease?.patch !== end.patch) return undefined;
    const { lease: _lease, ...rest } = head;
    switch (end.outcome) {
      case 'neutral':
        return { ...rest, state: 'IDLE' };
      case 'failed': {
        const failures = head.failures + 1;
        return { ...rest, state: failures >= end.failuresBeforeStop ? 'STOPPED' : 'IDLE', failures };
      }
      case 'promoted':
        return {
          ...rest,
          state: 'IDLE',
          failures: 0,
          promoted: end.promoted,
          // Promotion has judged every finding on the new digest before.
          judged: end.promoted.digest,
          ...(head.promoted !== undefined && { previous: head.promoted }),
        };
    }
  });
}
