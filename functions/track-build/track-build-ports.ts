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
