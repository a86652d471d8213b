import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cached, forgeCacheDir } from '../../../demo/cache';
import type { ImageFacts, InspectorFindingEvent } from '../../../demo/inspector-events';
import { makeBase } from '../../../demo/make-base';
import { findPendingUpdates, type PendingSource, toInspectorEvents } from '../../../demo/pending-updates';

/** Bytes of packages that may be downloaded for the CVE ids in their changelogs. */
const CHANGELOG_BYTES = 60_000_000;

/** A real Debian base, and what is really wrong with it. */
export interface DebianBase {
  /** Absolute path of the root file system's tar; in the cache: read it, never change it. */
  readonly tar: string;
  /** Its pending security updates by source package. */
  readonly pending: readonly PendingSource[];
  /** The findings about all of them, for the image facts that {@link DebianBase.eventsFor} has by default. */
  readonly events: readonly InspectorFindingEvent[];
  /**
   * The findings about some of them.
   * @param image replaces single facts of the image, such as its digest
   * @param pending default: all
   */
  eventsFor(image: Partial<ImageFacts>, pending?: readonly PendingSource[]): InspectorFindingEvent[];
}

/**
 * A real vulnerable Debian 12 with its real pending security updates. Made once for all tests (about 30 s, as root,
 * with the machine's Debian mirror); the updates are looked up again each day.
 */
export async function debianBase(): Promise<DebianBase> {
  const tar = await makeBase();
  const day = new Date().toISOString().slice(0, 10);
  const directory = await cached(forgeCacheDir(), `pending-${basename(dirname(tar))}-${day}`, async (scratch) => {
    const found = await findPendingUpdates(tar, { changelogBytes: CHANGELOG_BYTES });
    await writeFile(join(scratch, 'pending.json'), JSON.stringify(found));
  });
  const pending = JSON.parse(await readFile(join(directory, 'pending.json'), 'utf8')) as PendingSource[];
  const defaults: ImageFacts = {
    repository: 'golden/debian-12',
    digest: `sha256:${createHash('sha256').update(tar).digest('hex')}`,
    imageTags: ['stable'],
    platform: 'DEBIAN_12',
    region: 'us-east-1',
    account: '123456789012',
    now: new Date('2026-01-15T12:00:00.000Z'),
  };
  const eventsFor: DebianBase['eventsFor'] = (image, chosen = pending) =>
    toInspectorEvents(chosen, { ...defaults, ...image });
  return { tar, pending, events: eventsFor({}), eventsFor };
}
