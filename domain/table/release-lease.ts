import type { FindingTable } from '../ports';
import { updateHead } from './head-changes';
import type { HeadItem, PromotedDigest } from './head-item';
import { promotionOf } from './tag-move';

/** What the end of a build does to an image's HEAD. */
export type LeaseEnd = {
  /** Sequence of the patch whose build is over, or never began. */
  readonly patch: number;
} & (
  | { readonly outcome: 'neutral' }
  | {
      /** Nothing was started for it: the build of the day is given back too. */
      readonly outcome: 'unused';
    }
  | {
      /** Counts towards the breaker. */
      readonly outcome: 'failed';
      /** Whether it is the one that stops the image. */
      readonly stops: boolean;
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
    const { lease: _lease, moving, ...others } = head;
    // A rollback's is not this patch's to end.
    const rest = { ...others, ...(moving?.by === 'rollback' && { moving }) };
    switch (end.outcome) {
      case 'neutral':
        return { ...rest, state: 'IDLE' };
      case 'unused':
        return { ...rest, state: 'IDLE', builds: oneLess(head.builds, head.lease.since) };
      case 'failed': {
        return { ...rest, state: end.stops ? 'STOPPED' : 'IDLE', failures: head.failures + 1 };
      }
      case 'promoted': {
        const previous = head.promoted ?? promotionOf(head, end.patch)?.replaces;
        return {
          ...rest,
          state: 'IDLE',
          failures: 0,
          promoted: end.promoted,
          ...(previous !== undefined && { previous }),
        };
      }
    }
  });
}

/** A lease counts on the day on which it was taken; of another day's builds none is given back. */
function oneLess(builds: HeadItem['builds'], since: string): HeadItem['builds'] {
  return builds.day === since.slice(0, 10) ? { ...builds, count: Math.max(0, builds.count - 1) } : builds;
}
