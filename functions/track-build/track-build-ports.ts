import type { Estate } from '../../domain/config/golden-image';
import type {
  Clock,
  FindingTable,
  ImageBuilder,
  ImageLayers,
  ImageRegistry,
  Logger,
  Metrics,
  Notifier,
  ScriptStore,
} from '../../domain/ports';
import type { PatchItem } from '../../domain/table/patch-item';
import type { CandidateProof } from './candidate-proof';

/** What track-build works with. */
export interface TrackBuildPorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly builder: ImageBuilder;
  readonly registry: ImageRegistry;
  /** What candidates are proven by. */
  readonly proof: CandidateProof;
  readonly exceptions: Estate['exceptions'];
  /** Tells the layers of what was promoted, for lineage. Absent, as in local mode: nobody asks for them. */
  readonly layers?: ImageLayers;
  /** True where a person runs each build and sees what its builder says: that fails then, and does not stop the image. */
  readonly isAttended?: true;
  /** Absent: nobody is told. */
  readonly notifier?: Notifier;
  /** Absent: nothing is measured. */
  readonly metrics?: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where an image's build in flight stands after it was tracked. */
export type TrackBuildResult =
  | { readonly did: 'nothing'; readonly why: 'no-build' | 'building' | 'waiting-for-scan' }
  | { readonly did: 'promoted' | 'held' | 'failed'; readonly patch: PatchItem };
