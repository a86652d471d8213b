import type { Notice } from './notice';
import { promotedDetail, type PromotedEventDetail } from './promoted-event';
import { rolledBackDetail, type RolledBackEventDetail } from './rolled-back-event';

/** `source` of every event that is sent. */
export const EVENT_SOURCE = 'golden-images';

/** What other systems are told of a notice. */
export type NoticeEvent =
  | { readonly detailType: 'GoldenImagePromoted'; readonly detail: PromotedEventDetail }
  | { readonly detailType: 'GoldenImageRolledBack'; readonly detail: RolledBackEventDetail };

/**
 * The event that goes with a notice.
 * @param maximumBytes of the event's detail as JSON in UTF-8
 * @returns undefined where other systems have nothing to do about it: the floating tag did not move
 */
export function noticeEvent(notice: Notice, maximumBytes: number): NoticeEvent | undefined {
  if (notice.kind === 'promoted')
    return { detailType: 'GoldenImagePromoted', detail: promotedDetail(notice, maximumBytes) };
  return notice.kind === 'rolled-back'
    ? { detailType: 'GoldenImageRolledBack', detail: rolledBackDetail(notice) }
    : undefined;
}
