import type { TableItem, Versioned } from './items';
import type { TagMove } from './tag-move';

/** A digest that the scanner has seen for an image, and what decides whether it is the current one. */
export interface SeenDigest {
  readonly digest: string;
  /** ISO 8601. */
  readonly pushedAt?: string;
  /** True where the digest carries the floating tag. */
  readonly floating: boolean;
}

/** A digest that the floating tag points at, or pointed at. */
export interface PromotedDigest {
  readonly digest: string;
  /** Reference by which the builder's registry knows it. */
  readonly reference: string;
  /** Sequence of the patch that made it; absent for an adopted image. */
  readonly patch?: number;
  /** ISO 8601. */
  readonly since: string;
  /** URI of the list of its packages, where known. */
  readonly packagesUri?: string;
  /** Digests whose findings speak about this one too, because it was built from them. */
  readonly descendsFrom: readonly string[];
}

/** Who may build: the one patch whose build is in flight. */
export interface Lease {
  /** Sequence of the patch. */
  readonly patch: number;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; since when the builder may have begun: it was asked to, and has not said that it did not. */
  readonly asked?: string;
  readonly buildId?: string;
  /** Why the candidate is not to be promoted: it is decided, and the patch is about to be HELD. */
  readonly holding?: { readonly reason: string; readonly detail: string };
}

/** Who had an image start over (`retry`), and why. */
export interface StartedOver {
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** `HEAD`: one per golden image. */
export type HeadItem = Versioned & {
  readonly type: 'HEAD';
  readonly image: string;
  readonly state: 'IDLE' | 'BUSY' | 'STOPPED';
  /** Raised by every lease, and 0 before the first; fences later writes. */
  readonly sequence: number;
  readonly lease?: Lease;
  /**
   * Current digest before the first promotion: the newest that the scanner has seen, of those that the floating tag was on
   * once a lease was taken.
   */
  readonly adopted?: SeenDigest;
  /**
   * Digests that were built here, newest last. A candidate that was held is never the current image, whatever tags it has
   * left: none of these is adopted.
   */
  readonly built?: readonly string[];
  /** Digest on which every finding of the image was judged last; where it is not the current one, that is still to be done. */
  readonly judged?: string;
  /** Who moves the floating tag now. */
  readonly moving?: TagMove;
  readonly promoted?: PromotedDigest;
  readonly previous?: PromotedDigest;
  /** Builds that failed in a row. */
  readonly failures: number;
  /** The last time that a person had it start over. */
  readonly startedOver?: StartedOver;
  /** Builds started on the UTC day `day`. */
  readonly builds: { readonly day: string; readonly count: number };
};

/** Narrows an item of the table. */
export function isHeadItem(item: TableItem): item is HeadItem {
  return item['type'] === 'HEAD';
}

/** Digest that an image's findings are judged on, if one is known. */
export function currentDigest(head: Pick<HeadItem, 'promoted' | 'adopted'> | undefined): string | undefined {
  return head?.promoted?.digest ?? head?.adopted?.digest;
}

/** Digests whose observations are never dropped: the newest seen, the promoted and the one before, or about to be it. */
export function keptDigests(head: HeadItem | undefined): ReadonlySet<string> {
  const replaced = head?.moving?.by === 'promotion' ? head.moving.replaces : undefined;
  return new Set(
    [head?.adopted, head?.promoted, head?.previous, replaced].flatMap((one) => (one === undefined ? [] : [one.digest])),
  );
}

/**
 * Chooses the current digest among those seen where none was promoted: newest push, then the floating tag's, then the
 * greater digest. A maximum, so the order of arrival does not matter.
 */
export function newerDigest(left: SeenDigest | undefined, right: SeenDigest): SeenDigest {
  if (left === undefined) return right;
  const rank = (seen: SeenDigest): string => `${seen.pushedAt ?? ''}\n${seen.floating ? 1 : 0}\n${seen.digest}`;
  return rank(left) >= rank(right) ? left : right;
}
