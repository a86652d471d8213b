import type { Finding } from '../../domain/finding/finding';
import type { UnattributedReason } from '../../domain/table/unattributed-item';
import { makeAttribute } from './attribute';
import { makeIngestApplication } from './ingest-application';
import type { LineageCounts, LineagePorts } from './ingest-ports';
import { makeRegisterEstate } from './register-estate';
import type { RegisterDigests } from './register-layers';
import { makeRegisterLayers } from './register-layers';

/** What became of the facts about applications. */
type ApplicationsResult = LineageCounts & {
  readonly folded: number;
  readonly images: ReadonlySet<string>;
};

/** Lineage: which golden image a layer stands for, and which golden image an application's finding belongs to. */
export interface Lineage {
  /** Notes a golden image's layers. */
  readonly register: RegisterDigests;
  /** Ingests facts about images that are not golden. */
  ingest(facts: readonly Finding[]): Promise<ApplicationsResult>;
}

/** Makes the lineage steps of ingest-finding. */
export function makeLineage(ports: LineagePorts): Lineage {
  const register = makeRegisterLayers(ports);
  const registerEstate = makeRegisterEstate(ports, register);
  return {
    register,
    ingest: async (facts) => {
      let unknownLayers = 0;
      // Once per batch: between its facts nothing is likely to have changed.
      let isLearned = false;
      const learn = async (): Promise<boolean> => {
        if (isLearned) return false;
        isLearned = true;
        const { added, unknown } = await registerEstate();
        unknownLayers += unknown;
        return added > 0;
      };
      const ingestApplication = makeIngestApplication(ports, makeAttribute(ports, learn));
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
      return { folded, attributed, unattributed, unknownLayers, images };
    },
  };
}
