import type { GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import type { UnattributedReason } from '../../domain/table/unattributed-item';
import { makeAttribute } from './attribute';
import { makeIngestApplication } from './ingest-application';
import type { LineageCounts, LineagePorts } from './ingest-ports';
import type { SeenDigests } from './register-layers';
import { makeRegisterLayers } from './register-layers';

/** What became of the facts about applications. */
type ApplicationsResult = Pick<LineageCounts, 'attributed' | 'unattributed'> & {
  readonly folded: number;
  readonly images: ReadonlySet<string>;
};

/** Lineage: which golden image a layer stands for, and which golden image an application's finding belongs to. */
export interface Lineage {
  /** Notes a golden image's layers. @returns digests whose layers could not be learned */
  register(image: GoldenImage, seen: SeenDigests): Promise<number>;
  /** Ingests facts about images that are not golden. */
  ingest(facts: readonly Finding[]): Promise<ApplicationsResult>;
}

/** Makes the lineage steps of ingest-finding. */
export function makeLineage(ports: LineagePorts): Lineage {
  return {
    register: makeRegisterLayers(ports),
    ingest: async (facts) => {
      const ingestApplication = makeIngestApplication(ports, makeAttribute(ports));
      const unattributed: Partial<Record<UnattributedReason, number>> = {};
      const images = new Set<string>();
      let [folded, attributed] = [0, 0];
      for (const fact of facts) {
        const result = await ingestApplication(fact);
        if (result.folded) folded++;
        if (result.reason === undefined) attributed++;
        else unattributed[result.reason] = (unattributed[result.reason] ?? 0) + 1;
        for (const image of result.images) images.add(image);
      }
      return { folded, attributed, unattributed, images };
    },
  };
}
