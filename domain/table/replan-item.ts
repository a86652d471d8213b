import type { TableItem, Versioned } from './items';

/** `REPLAN`: asks generate-patch to look at an image again. */
export type ReplanItem = Versioned & {
  readonly type: 'REPLAN';
  readonly image: string;
  readonly state: 'REQUESTED' | 'DONE';
  readonly why: string;
  /** ISO 8601; before it the author that was not to be had is not asked again. */
  readonly notBefore?: string;
};

/** Narrows an item of the table. */
export function isReplanItem(item: TableItem): item is ReplanItem {
  return item['type'] === 'REPLAN';
}
