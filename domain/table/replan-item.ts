import type { TableItem, Versioned } from './items';

/** `REPLAN`: asks generate-patch to look at an image again. */
export type ReplanItem = Versioned & {
  readonly type: 'REPLAN';
  readonly image: string;
  readonly state: 'REQUESTED' | 'DONE';
  readonly why: string;
  /** ISO 8601; before it nobody is woken by this request alone. */
  readonly notBefore?: string;
  /** The author cannot be asked until then: a patch that has to wait for it waits. Else only the clock's own look waits. */
  readonly waitsFor?: 'author';
};

/** Narrows an item of the table. */
export function isReplanItem(item: TableItem): item is ReplanItem {
  return item['type'] === 'REPLAN';
}
