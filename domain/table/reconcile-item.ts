import type { Tally } from '../reconcile/tally';
import type { ParentDigest, ParentUnknown } from '../reconcile/parent-digest';
import type { TableItem, Versioned } from './items';

/** A digest of an image's parent, as it was first seen; its list, as it was last seen. */
export interface SeenParent extends ParentDigest {
  /** ISO 8601; when it was first seen in the place of another one. Absent of the first that was ever seen. */
  readonly since?: string;
}

/** A parent whose digest was not known in the last run. */
export interface UnwatchedParent extends ParentUnknown {
  /** As golden-images.yaml has it. */
  readonly reference: string;
  /** ISO 8601; when it was first not known in a row. */
  readonly since: string;
}

/** That the floating tag is not on the image that was proven: somebody else has moved it, or taken it away. */
export interface MovedTag {
  /** Digest that it points at; absent where there is no such tag any more. */
  readonly at?: string;
  /** Digest that was promoted: what HEAD says of another one, this says nothing of. */
  readonly proven: string;
  /** ISO 8601; when it was first seen there. */
  readonly since: string;
  /** Digests that people were told of, `none` of the missing tag; newest last. */
  readonly told: readonly string[];
}

/** `RECONCILE` of an image: what reconcile-findings has to remember from run to run, since nothing else tells it. */
export type ReconcileItem = Versioned & {
  readonly type: 'RECONCILE';
  readonly image: string;
  /** The request to replan that was still waiting, by its version, and when it was first seen so. ISO 8601. */
  readonly replan?: { readonly version: number; readonly at: string };
  /** The last notice that the scanner stops looking at the image. ISO 8601. */
  readonly noticed?: { readonly digest: string; readonly at: string };
  /** The run of refused builds that people were told of, by the sequence of its first patch. ISO 8601. */
  readonly refusals?: { readonly first: number; readonly at: string };
  readonly parent?: SeenParent;
  /** Absent where the parent is watched. */
  readonly unwatched?: UnwatchedParent | undefined;
  /** Absent where the floating tag was on the proven image when it was last looked at. */
  readonly movedTag?: MovedTag;
};

/** How far a round over the estate got: where the next run goes on, and what was counted so far. */
export type ReconcileRoundItem = Versioned & {
  readonly type: 'RECONCILE_ROUND';
  /** Name of the image that is next; absent where a new round begins. */
  readonly next?: string;
  /** Of the images before; absent where one of them could not be counted: then the round measures nothing. */
  readonly tally?: Tally;
};

/** Narrows an item of the table. */
export function isReconcileItem(item: TableItem): item is ReconcileItem {
  return item['type'] === 'RECONCILE';
}

/** Narrows an item of the table. */
export function isReconcileRoundItem(item: TableItem): item is ReconcileRoundItem {
  return item['type'] === 'RECONCILE_ROUND';
}
