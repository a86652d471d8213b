import type { Estate } from '../../domain/config/golden-image';
import type { Clock, FindingTable, ImageLayers, ImageTags, Logger } from '../../domain/ports';
import type { UnattributedReason } from '../../domain/table/unattributed-item';

/** What ingest-finding works with. */
export interface IngestFindingPorts {
  readonly table: FindingTable;
  readonly estate: Estate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells what an image is built on. Absent, as in local mode: facts about other repositories are counted only. */
  readonly layers?: ImageLayers;
  /** Tells the digest of a golden image that the scanner has never spoken of. Absent: such an image is no base. */
  readonly tags?: ImageTags;
}

/** The ports, where lineage can be told. */
export type LineagePorts = IngestFindingPorts & Required<Pick<IngestFindingPorts, 'layers'>>;

/** What became of a batch of facts. */
export interface IngestResult {
  /** Facts that told something new. */
  readonly folded: number;
  /** Facts that were known already. */
  readonly duplicates: number;
  /** Facts about images that are neither golden nor, where that can be told, built on a golden one. */
  readonly unattributed: number;
  /** Names of the golden images that facts were about. */
  readonly images: ReadonlySet<string>;
  /** Absent without {@link IngestFindingPorts.layers}. */
  readonly lineage?: LineageCounts;
}

/** What lineage came to. */
export interface LineageCounts {
  /** Facts about applications that belong to a golden image. */
  readonly attributed: number;
  readonly unattributed: Readonly<Partial<Record<UnattributedReason, number>>>;
  /** Golden images whose layers could not be learned: applications built on them are not recognised. */
  readonly unknownLayers: number;
}
