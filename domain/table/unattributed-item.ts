import type { Observation } from './finding-item';
import type { TableItem, Versioned } from './items';

/** Why a finding is no golden image's, in the order in which reasons are found. */
export type UnattributedReason =
  /** The scanner does not say which layer brought the package in. */
  | 'no-source-layer'
  /** The image is not in the registry any more. */
  | 'image-not-found'
  /** The image's manifest is of a type that tells no layers. */
  | 'manifest-not-supported'
  /** No golden image's layers are a prefix of the image's. */
  | 'no-golden-base'
  /** The package came in with a layer of the image itself. */
  | 'own-layer';

/** `UNATTRIBUTED#<repository>`: a finding that is no golden image's. Never acted on, and gone after a while. */
export type UnattributedItem = Versioned & {
  readonly type: 'UNATTRIBUTED';
  readonly repository: string;
  readonly digest: string;
  readonly vulnerabilityId: string;
  readonly packageManager: string;
  readonly package: string;
  readonly filePath?: string;
  readonly reason: UnattributedReason;
  readonly observation: Observation;
  /** Epoch seconds: the table's TTL attribute. */
  readonly expiresAt: number;
};

/** Narrows an item of the table. */
export function isUnattributedItem(item: TableItem): item is UnattributedItem {
  return item['type'] === 'UNATTRIBUTED';
}
