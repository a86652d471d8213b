import type { Notice } from '../../domain/notice/notice';
import type { Notifier } from '../../domain/ports';
import { everyNotice, makePromoted, makeRolledBack, vulnerabilities } from '../unit/notice/samples';

/** What arrived of a notice, wherever it went. */
export interface ReceivedNotice {
  readonly kind: string;
  readonly image: string;
  /** All that was received, as text. */
  readonly text: string;
}

/** A notifier and what arrives from it. */
export interface NotifierHarness {
  /** A notifier; each call gives another one. */
  open(): Notifier;
  /** What has arrived since the last call, any order. */
  received(): Promise<ReceivedNotice[]>;
  dispose(): Promise<void>;
}

/** Registers the tests that every {@link Notifier} must pass. */
export function describeNotifier(name: string, makeHarness: () => Promise<NotifierHarness>): void {
  describe(`Notifier: ${name}`, () => {
    let harness: NotifierHarness;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await harness.dispose();
    });
    const kinds = (received: readonly ReceivedNotice[]): string[] => received.map(({ kind }) => kind).sort();

    test('has sent nothing before the first notice', async () => {
      expect(await harness.received()).toStrictEqual([]);
    });

    test('sends a notice of every kind, with its image and what it is about', async () => {
      const notifier = harness.open();
      for (const notice of everyNotice()) await notifier.notify(notice);
      const received = await harness.received();
      expect(kinds(received)).toStrictEqual(
        everyNotice()
          .map(({ kind }) => kind)
          .sort(),
      );
      for (const { image, text } of received) {
        expect(image).toBe('debian-12');
        expect(text).toContain('golden/debian-12');
      }
      expect(received.find(({ kind }) => kind === 'held')?.text).toContain('not-scanned');
      expect(received.find(({ kind }) => kind === 'rolled-back')?.text).toContain('the proxy does not start');
    });

    test('sends what it is given again again: it does not remember', async () => {
      const held = everyNotice()[2]!;
      await harness.open().notify(held);
      await harness.open().notify(held);
      expect(kinds(await harness.received())).toStrictEqual(['held', 'held']);
    });

    test('sends notices of several handles at once, each whole', async () => {
      const notices = Array.from({ length: 10 }, (_, index): Notice => ({
        ...makePromoted(),
        image: `image-${index}`,
      }));
      await Promise.all(
        notices.map(async (notice) => {
          await harness.open().notify(notice);
        }),
      );
      const received = await harness.received();
      expect(received.map(({ image }) => image).sort()).toStrictEqual(notices.map(({ image }) => image));
    });

    test('takes a notice that is too large for any message, and texts of any kind', async () => {
      const notifier = harness.open();
      await notifier.notify(makePromoted({ fixed: vulnerabilities(20_000), residual: vulnerabilities(2000) }));
      await notifier.notify(makeRolledBack({ by: 'ünï\ncode 😀', reason: `\u0000\ud800${'r'.repeat(400_000)}` }));
      expect(kinds(await harness.received())).toStrictEqual(['promoted', 'rolled-back']);
    });
  });
}
