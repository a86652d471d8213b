import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileNotifier, NOTICES_FILE } from '../../adapters/local/file-notifier';
import { BadInputError } from '../../domain/errors';
import type { Notice } from '../../domain/notice/notice';
import { RecordingNotifier } from '../support/recording-notifier';
import { everyNotice, makePromoted } from '../unit/notice/samples';
import { describeNotifier, type ReceivedNotice } from './notifier.contract';

const clock = (): Date => new Date('2024-06-01T00:00:00.000Z');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'notices-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});
const path = (): string => join(root, 'state', NOTICES_FILE);
const open = (): FileNotifier => new FileNotifier(join(root, 'state'), clock);
const lines = (): string[] => (existsSync(path()) ? readFileSync(path(), 'utf8').split('\n').slice(0, -1) : []);

function toReceived(text: string): ReceivedNotice {
  const { kind, image } = JSON.parse(text) as Notice;
  return { kind, image, text };
}

describeNotifier('a file', () => {
  let read = 0;
  return Promise.resolve({
    open,
    received: async () => {
      const received = lines().slice(read).map(toReceived);
      read += received.length;
      return await Promise.resolve(received);
    },
    dispose: () => Promise.resolve(),
  });
});

describeNotifier("the tests' own memory", () => {
  const notifier = new RecordingNotifier();
  return Promise.resolve({
    open: () => notifier,
    received: async () =>
      await Promise.resolve(notifier.notices.splice(0).map((notice) => toReceived(JSON.stringify(notice)))),
    dispose: () => Promise.resolve(),
  });
});

describe('the file of notices', () => {
  test('holds every notice whole, oldest first, with the time at which it was noted', async () => {
    for (const notice of everyNotice()) await open().notify(notice);
    expect(lines().map((line) => JSON.parse(line) as unknown)).toStrictEqual(
      everyNotice().map((notice) => ({ notedAt: '2024-06-01T00:00:00.000Z', ...notice })),
    );
  });

  test('begins a new line after one that a crash cut off', async () => {
    await open().notify(makePromoted());
    appendFileSync(path(), '{"notedAt":"2024-06-01T00:0');
    await open().notify(makePromoted());
    await open().notify(makePromoted());
    const parsed = lines().map((line) => line.endsWith('}') && (JSON.parse(line) as Notice).kind);
    expect(parsed).toStrictEqual(['promoted', false, 'promoted', 'promoted']);
  });

  test('tells where it could not be written', async () => {
    writeFileSync(join(root, 'state'), 'a file');
    const error = await open()
      .notify(makePromoted())
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as BadInputError).message).toContain(`cannot write ${path()}`);
  });
});
