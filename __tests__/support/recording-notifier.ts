import type { Notice, NoticeKind } from '../../domain/notice/notice';
import type { Notifier } from '../../domain/ports';

/** Keeps what people would be told, oldest first. */
export class RecordingNotifier implements Notifier {
  readonly notices: Notice[] = [];

  async notify(notice: Notice): Promise<void> {
    await Promise.resolve();
    this.notices.push(notice);
  }

  /** Notices of one kind, oldest first. */
  of<K extends NoticeKind>(kind: K): Extract<Notice, { kind: K }>[] {
    return this.notices.filter((notice): notice is Extract<Notice, { kind: K }> => notice.kind === kind);
  }
}
