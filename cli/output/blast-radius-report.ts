import pc from 'picocolors';
import type { AffectedImage, BlastRadius } from '../run/blast-radius';
import { printLine } from './console';
import { printable } from './printable';
import { table } from './table';

/** Tags that are shown of an image; `--json` has them all. */
const TAGS_SHOWN = 2;

/** Prints who carries an older digest of a golden image. */
export function printBlastRadius(report: BlastRadius): void {
  const { image, current, affected, skipped, useUnknown, looked } = report;
  printLine(`${pc.bold(printable(image))} is at ${printable(current)}`);
  const repositories = new Set(affected.map(({ repository }) => repository)).size;
  printLine(
    affected.length === 0
      ? `No image is built on an older digest of it; ${looked.images} images of ${looked.repositories} repositories were looked at.`
      : `${affected.length} of ${looked.images} images, in ${repositories} of ${looked.repositories} repositories, are built on an older digest of it:\n`,
  );
  if (affected.length > 0)
    printLine(
      table(
        ['REPOSITORY', 'TAGS', 'PUSHED', 'BUILT ON', 'STANDING', 'IN USE', 'DIGEST'],
        affected.map((one) => [
          one.repository,
          tagsOf(one),
          one.pushedAt.slice(0, 10),
          shortDigest(one.base),
          one.standing,
          useOf(one),
          shortDigest(one.digest),
        ]),
      ),
    );
  for (const { repository, digest, why } of skipped)
    printLine(pc.yellow(printable(`skipped: ${repository}${digest === undefined ? '' : `@${digest}`}: ${why}`)));
  for (const { repository, why } of useUnknown) printLine(pc.yellow(printable(`use not known: ${repository}: ${why}`)));
}

function tagsOf({ tags }: AffectedImage): string {
  const shown = tags.slice(0, TAGS_SHOWN).join(' ');
  return tags.length > TAGS_SHOWN ? `${shown} +${tags.length - TAGS_SHOWN}` : shown || '–';
}

function useOf({ inUse, lastInUseAt }: AffectedImage): string {
  if (inUse === undefined) return '?';
  return inUse === 0 && lastInUseAt !== undefined ? `0, last ${lastInUseAt.slice(0, 10)}` : String(inUse);
}

function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
