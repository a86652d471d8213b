import type { Estate } from '../../domain/config/golden-image';
import type {
  Clock,
  FindingTable,
  ImageBuilder,
  ImageRegistry,
  Logger,
  PackageInventory,
  ScriptStore,
} from '../../domain/ports';

import type { PatchItem } from '../../domain/table/patch-item';

/** What track-build works with. */
export interface TrackBuildPorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly builder: ImageBuilder;
  readonly registry: ImageRegistry;
  readonly inventory: PackageInventory;
  readonly exceptions: Estate['exceptions'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where an image's build in flight stands after it was tracked. */
export type TrackBuildResult =
  | { readonly did: 'nothing'; readonly why: 'no-build' | 'building' }
  | { readonly did: 'promoted' | 'held' | 'failed'; readonly patch: PatchItem };
