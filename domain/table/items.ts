/** Key and optimistic-lock version that every item of the table has. */
export interface ItemKey {
  /** Partition key, e.g. `IMAGE#debian-12`. */
  readonly pk: string;
  /** Sort key, e.g. `HEAD`, `PATCH#000001`, `FINDING#…`. */
  readonly sk: string;
}

/** An item as the table stores it: JSON values only (no undefined, no Date, no NaN). */
export interface TableItem extends ItemKey {
  /** Counts the writes of this item, from 1. Every write is conditional on it. */
  readonly version: number;
  readonly [attribute: string]: unknown;
}

/** The key and version of a typed item; an alias and not an interface, so that typed items are {@link TableItem}s. */
export type Versioned = {
  readonly pk: string;
  readonly sk: string;
  /** Counts the writes of this item, from 1. */
  readonly version: number;
};
