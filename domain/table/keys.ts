import type { Finding } from '../finding/finding';
import { encodeKeyPart, findingSortKey } from '../finding/finding-key';
import type { ItemKey } from './items';

/** Sort key of the item that holds an image's lease and promoted digest. */
export const HEAD_SORT_KEY = 'HEAD';
/** Sort key of the item that asks generate-patch to look at an image again. */
export const REPLAN_SORT_KEY = 'REPLAN';
/** Sort key of what reconcile-findings remembers of an image. */
export const RECONCILE_SORT_KEY = 'RECONCILE';
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

/** Key of what reconcile-findings remembers of an image. */
export function reconcileKey(image: string): ItemKey {
  return { pk: imagePartition(image), sk: RECONCILE_SORT_KEY };
}

/** Key of how far reconcile-findings got with the estate. */
export function reconcileRoundKey(): ItemKey {
  return { pk: 'RECONCILE', sk: 'ROUND' };
}

/** Key of an image's n-th patch; padded, so that sort order is age. */
export function patchKey(image: string, sequence: number): ItemKey {
  return { pk: imagePartition(image), sk: `${PATCH_PREFIX}${String(sequence).padStart(6, '0')}` };
}

/** Partition of the golden images whose last layer has this digest. */
export function layerPartition(lastLayer: string): string {
  return `LAYER#${encodeKeyPart(lastLayer)}`;
}

/** Key of the item that names a golden image by its last layer; golden images that are the same so far share a layer. */
export function layerKey(lastLayer: string, image: string): ItemKey {
  return { pk: layerPartition(lastLayer), sk: imagePartition(image) };
}

/** Key of a finding on an image that is neither golden nor built on a golden one. */
export function unattributedKey(
  finding: Pick<Finding, 'repository' | 'vulnerabilityId' | 'packageManager' | 'package' | 'filePath'>,
): ItemKey {
  return { pk: `UNATTRIBUTED#${encodeKeyPart(finding.repository)}`, sk: findingSortKey(finding) };
}
