import { zipSync } from 'fflate';

/** A regular file that everybody may read, as zip notes Unix modes: in the upper 16 bits. */
const FILE_ATTRIBUTES = 0o100644 << 16;
/** Made by Unix (APPNOTE 4.4.2.2). */
const UNIX = 3;

/**
 * Zips files so that the same contents always give the same bytes: sorted by name, every time stamp and mode the same. A
 * zip holds local times without a zone, so the date is made in the zone in which it is read back.
 * @param files contents by their name within the zip
 */
export function deterministicZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([left], [right]) => (left < right ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), {
    level: 9,
    mtime: new Date(1980, 0, 1),
    os: UNIX,
    attrs: FILE_ATTRIBUTES,
  });
}
