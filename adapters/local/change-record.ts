import { BadInputError } from '../../domain/errors';
import type { ChangeRecord } from '../../domain/ports';
import { decodeItem } from '../shared/item-json';
import { quoted } from '../shared/text';

/** A place in a stream as text of one length, so that text order and number order agree. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

/** @throws BadInputError where the text is not a place in a local stream */
export function parseSequence(text: string): number {
  const sequence = /^\d{1,20}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(sequence)) throw new BadInputError(`${quoted(text)} is not a sequence of a local stream`);
  return sequence;
}

/**
 * The change record of one write.
 * @param oldBody the item before, as `encodeItem` wrote it; undefined where there was none
 * @param newBody the item after; undefined where it was deleted. Not both are undefined.
 */
export function changeRecord(sequence: number, oldBody?: string, newBody?: string): ChangeRecord {
  const oldImage = oldBody === undefined ? undefined : decodeItem(oldBody);
  const newImage = newBody === undefined ? undefined : decodeItem(newBody);
  const { pk, sk } = newImage ?? oldImage ?? { pk: '', sk: '' };
  return {
    sequence: formatSequence(sequence),
    event: oldImage === undefined ? 'INSERT' : newImage === undefined ? 'REMOVE' : 'MODIFY',
    key: { pk, sk },
    ...(oldImage && { oldImage }),
    ...(newImage && { newImage }),
  };
}
