import type { Notice, RolledBackNotice } from './notice';
import { promotedDetail, type PromotedEventDetail } from './promoted-event';

/** `source` of every event that is sent. */
export const EVENT_SOURCE = 'golden-images';

/** `detail` of the EventBridge event `GoldenImageRolledBack`. */
export interface RolledBackEventDetail extends Omit<RolledBackNotice, 'kind'> {
  readonly version: 1;
}

/** What other systems are told of a notice. */
export type NoticeEvent =
  | { readonly detailType: 'GoldenImagePromoted'; readonly detail: PromotedEventDetail }
  | { readonly detailType: 'GoldenImageRolledBack'; readonly detail: RolledBackEventDetail };

/** Most characters of a person's reason that an event carries. */
const REASON_LIMIT = 2000;

/**
 * The event that goes with a notice.
 * @param maximumBytes of the event's detail as JSON in UTF-8
 * @returns undefined where other systems have nothing to do about it: the floating tag did not move
 */
export function noticeEvent(notice: Notice, maximumBytes: number): NoticeEvent | undefined {
  if (notice.kind === 'promoted')
    return { detailType: 'GoldenImagePromoted', detail: promotedDetail(notice, maximumBytes) };
  if (notice.kind !== 'rolled-back') return undefined;
  const { kind: _kind, ...facts } = notice;
  const reason = facts.reason.slice(0, REASON_LIMIT).toWellFormed();
  return { detailType: 'GoldenImageRolledBack', detail: { version: 1, ...facts, reason } };
}
