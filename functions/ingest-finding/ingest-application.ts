import type { Finding } from '../../domain/finding/finding';
import { findingSortKey } from '../../domain/finding/finding-key';
import { foldSighting } from '../../domain/lineage/fold-sighting';
import { findingDraft } from '../../domain/table/finding-draft';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding } from '../../domain/table/finding-state';
import { supersedes, toObservation } from '../../domain/table/fold-observation';
import { readHead } from '../../domain/table/head-changes';
import { currentDigest } from '../../domain/table/head-item';
import { imagePartition, unattributedKey } from '../../domain/table/keys';
import type { UnattributedItem, UnattributedReason } from '../../domain/table/unattributed-item';
import { isUnattributedItem } from '../../domain/table/unattributed-item';
import { updateItem } from '../../domain/table/update-item';
import type { Attribution, Base } from './attribute';
import { forgetUnattributed } from './forget-unattributed';
import type { IngestFindingPorts, LineagePorts } from './ingest-ports';

/**
 * How long a finding that is nobody's is kept: as long as Inspector keeps a closed one (Inspector user guide,
 * findings-understanding).
 */
const KEPT_SECONDS = 30 * 86_400;

/** What became of one fact about an application. */
export interface ApplicationResult {
  readonly folded: boolean;
  /** Golden images that it belongs to; none where it is nobody's. */
  readonly images: readonly string[];
  readonly reason?: UnattributedReason;
}

/**
 * Makes the ingestion of one fact about an image that is not golden: noted on the finding of the golden image that it
 * belongs to, and judged on that one's current digest; or kept for a while as nobody's.
 */
export function makeIngestApplication(
  ports: LineagePorts,
  attribute: (finding: Finding) => Promise<Attribution>,
): (fact: Finding) => Promise<ApplicationResult> {
  return async (fact) => {
    const attribution = await attribute(fact);
    if ('reason' in attribution)
      return {
        folded: await keepUnattributed(ports, fact, attribution.reason),
        images: [],
        reason: attribution.reason,
      };
    let folded = false;
    for (const base of attribution.bases) folded = (await foldInto(ports, fact, base)) || folded;
    await forgetUnattributed(ports.table, fact);
    return { folded, images: attribution.bases.map(({ image }) => image.name) };
  };
}

async function foldInto(
  { table, estate, clock, logger }: IngestFindingPorts,
  fact: Finding,
  { image, digest: base }: Base,
): Promise<boolean> {
  const current = currentDigest(await readHead(table, image.name));
  const key = { pk: imagePartition(image.name), sk: findingSortKey(fact) };
  // When the application was pushed says nothing about the golden image.
  const { pushedAt: _pushedAt, ...observation } = toObservation(fact);
  const sighting = { digest: fact.digest, base, observation };
  const { written } = await updateItem<FindingItem>(table, key, isFindingItem, (known) => {
    const seen = foldSighting(known, fact.repository, sighting, fact.firstObservedAt);
    if (seen === known) return undefined;
    const context = { image, exceptions: estate.exceptions, current, now: clock() };
    return findingDraft(key, image, fact, seen, judgeFinding(fact, seen, known, context));
  });
  logger.debug("finding of an application is a golden image's", {
    image: image.name,
    finding: key.sk,
    repository: fact.repository,
    digest: fact.digest,
    written,
  });
  return written;
}

async function keepUnattributed(
  { table, clock, logger }: IngestFindingPorts,
  fact: Finding,
  reason: UnattributedReason,
): Promise<boolean> {
  const key = unattributedKey(fact);
  const observation = toObservation(fact);
  const { written } = await updateItem<UnattributedItem>(table, key, isUnattributedItem, (known) =>
    known !== undefined && !supersedes(observation, known.observation)
      ? undefined
      : {
          ...key,
          type: 'UNATTRIBUTED',
          repository: fact.repository,
          digest: fact.digest,
          vulnerabilityId: fact.vulnerabilityId,
          packageManager: fact.packageManager,
          package: fact.package,
          ...(fact.filePath !== undefined && { filePath: fact.filePath }),
          reason,
          observation,
          expiresAt: Math.floor(clock().getTime() / 1000) + KEPT_SECONDS,
        },
  );
  logger.debug("finding is no golden image's", { repository: fact.repository, finding: key.sk, reason, written });
  return written;
}
