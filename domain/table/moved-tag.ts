import { isHeadItem } from './head-item';
import type { TableItem } from './items';
import type { MovedTag } from './reconcile-item';
import { isReconcileItem } from './reconcile-item';

/**
 * That the floating tag of an image is not on what was promoted, as reconcile-findings saw it last. What the table says of
 * findings is then about the promoted image, and not about the one that people get by the tag.
 * @param items all of the image's partition
 */
export function movedTag(items: readonly TableItem[]): MovedTag | undefined {
  const seen = items.find(isReconcileItem)?.movedTag;
  // What was seen before another image was promoted, or taken back, is over: that has moved the tag.
  return seen?.proven === items.find(isHeadItem)?.promoted?.digest ? seen : undefined;
}
