import { encodeKeyPart } from '../finding/finding-key';
import type { ItemKey } from './items';

/** Sort key of the item that holds an image's lease and promoted digest. */
export const HEAD_SORT_KEY = 'HEAD';
/** Sort key of the item that asks generate-patch to look at an image again. */
export const REPLAN_SORT_KEY = 'REPLAN';
/** Prefix of the sort keys of patches. */
export const PATCH_PREFIX = 'PATCH#';
/** Prefix of the sort keys of findings. */
export const FINDING_PREFIX = 'FINDING#';

/** Partition of a golden image. */
export function imagePartition(image: string): string {
  return `IMAGE#${encodeKeyPart(image)}`;
}

/** Key of an image's HEAD. */
export function headKey(image: string): ItemKey {
  return { pk: imagePartition(image), sk: HEAD_SORT_KEY };
}

/** Key of an image's REPLAN. */
export function replanKey(image: string): ItemKey {
  return { pk: imagePartition(image), sk: REPLAN_SORT_KEY };
}

/** Key of an image's n-th patch; padded, so that sort order is age. */
export function patchKey(image: string, sequence: number): ItemKey {
  return { pk: imagePartition(image), sk: `${PATCH_PREFIX}${String(sequence).padStart(6, '0')}` };
}
