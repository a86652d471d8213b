import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Notice } from '../../domain/notice/notice';
import type { Clock, Notifier } from '../../domain/ports';
import { fileError } from './files';

/** Name of the file, below the state directory. */
export const NOTICES_FILE = 'notices.jsonl';

const NEWLINE = 10;

/**
 * Notices as JSON lines in `<state>/notices.jsonl`, newest last: `{ "notedAt": "<ISO 8601>", "kind": …, … }`. A notice is
 * on the disk when the call is done. A line that a crash cut off stays behind, and the next notice begins a new one.
 */
export class FileNotifier implements Notifier {
  private readonly directory: string;
  private readonly clock: Clock;

  /** @param directory the state directory; created with the first notice */
  constructor(directory: string, clock: Clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** @throws GoldenImagesError that names the file, where it cannot be written */
  async notify(notice: Notice): Promise<void> {
    const path = join(this.directory, NOTICES_FILE);
    const line = `${JSON.stringify({ notedAt: this.clock().toISOString(), ...notice })}\n`;
    try {
      await mkdir(this.directory, { recursive: true });
      const handle = await open(path, 'a+');
      try {
        const { size } = await handle.stat();
        const last = size === 0 ? NEWLINE : await lastByte(handle, size);
        // One write of the whole line: the notices of two processes do not mix.
        await handle.appendFile(last === NEWLINE ? line : `\n${line}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError(path, 'write', error);
    }
  }
}

async function lastByte(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 ? buffer[0] : undefined;
}
