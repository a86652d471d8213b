import type { GoldenImage } from '../../domain/config/golden-image';
import { isCandidateTag } from '../../domain/config/image-tag';
import type { Finding } from '../../domain/finding/finding';
import { findingSortKey } from '../../domain/finding/finding-key';
import type { RegistryReason } from '../../domain/policy/registry-reason';
import { findingDraft } from '../../domain/table/finding-draft';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding } from '../../domain/table/finding-state';
import { foldObservation, toObservation } from '../../domain/table/fold-observation';
import { adoptDigest, readHead, updateHead } from '../../domain/table/head-changes';
import type { HeadItem, SeenDigest } from '../../domain/table/head-item';
import { currentDigest, keptDigests } from '../../domain/table/head-item';
import { judgeFindings } from '../../domain/table/judge-findings';
import { imagePartition } from '../../domain/table/keys';
import { updateItem } from '../../domain/table/update-item';
import type { IngestFindingPorts, IngestResult } from './ingest-ports';
import { makeLineage } from './lineage';

export type { IngestResult } from './ingest-ports';

/**
 * Folds findings into the table: any order, any repetition, any split into batches ends with the same items. At most
 * one write per finding that tells something new; none for one that does not.
 */
export function makeIngestFinding(ports: IngestFindingPorts): (findings: readonly Finding[]) => Promise<IngestResult> {
  const { estate, logger } = ports;
  const lineage = ports.layers === undefined ? undefined : makeLineage({ ...ports, layers: ports.layers });
  return async (findings) => {
    const result = { folded: 0, duplicates: 0, unattributed: 0, images: new Set<string>() };
    const applications: Finding[] = [];
    let unknownLayers = 0;
    for (const [repository, facts] of groupByRepository(findings)) {
      const image = estate.byRepository.get(repository);
      if (image === undefined) {
        result.unattributed += facts.length;
        applications.push(...facts);
        if (lineage === undefined)
          logger.debug('finding is about no golden image', { repository, facts: facts.length });
        continue;
      }
      result.images.add(image.name);
      const { folded, head } = await ingestImage(ports, image, facts);
      result.folded += folded;
      result.duplicates += facts.length - folded;
      const digests = facts.map(({ digest }) => digest);
      unknownLayers += (await lineage?.register(image, { digests, current: currentDigest(head) }))?.unknown ?? 0;
    }
    // After the golden images, which may be what the applications are built on.
    if (lineage === undefined) return result;
    const { images, ...counts } = await lineage.ingest(applications);
    for (const image of images) result.images.add(image);
    return {
      folded: result.folded + counts.folded,
      duplicates: findings.length - result.folded - counts.folded,
      unattributed: result.unattributed - counts.attributed,
      images: result.images,
      lineage: {
        attributed: counts.attributed,
        unattributed: counts.unattributed,
        unknownLayers: unknownLayers + counts.unknownLayers,
      },
    };
  };
}

/**
 * Judges every finding of an image again: after its current digest, its policy or an exception changed, or time passed.
 * Writes only the verdicts that differ. What the registry parked is open again, unless it was asked and still says so.
 */
export function makeJudgeAgain(
  ports: IngestFindingPorts,
): (image: GoldenImage, unusable?: RegistryReason) => Promise<void> {
  return async (image, unusable) => {
    await judgeImage(ports, image, await readHead(ports.table, image.name), unusable);
  };
}

async function ingestImage(
  ports: IngestFindingPorts,
  image: GoldenImage,
  facts: readonly Finding[],
): Promise<{ folded: number; head: HeadItem | undefined }> {
  const { table, estate, clock, logger } = ports;
  const head = await adoptDigest(table, image.name, ...seenDigests(image, facts));
  const current = currentDigest(head);
  const keep = keptDigests(head);
  const keepText = image.policy.findingText === 'include';
  let folded = 0;
  for (const fact of facts) {
    const key = { pk: imagePartition(image.name), sk: findingSortKey(fact) };
    const { written } = await updateItem<FindingItem>(table, key, isFindingItem, (known) => {
      const observed = foldObservation(known, fact.digest, toObservation(fact, keepText), fact.firstObservedAt, keep);
      if (observed === known) return undefined;
      const seen = { ...observed, ...(known?.seenIn !== undefined && { seenIn: known.seenIn }) };
      const context = { image, exceptions: estate.exceptions, current, now: clock() };
      return findingDraft(key, image, fact, seen, judgeFinding(fact, seen, known, context));
    });
    if (written) folded++;
    logger.debug('finding ingested', { image: image.name, finding: key.sk, arn: fact.arn, written });
  }
  return { folded, head: await judgeWhereMoved(ports, image, current) };
}

/**
 * Judges the image's findings again where the current digest is another than they were judged on: it moved with these
 * facts, or meanwhile, or before a run that did not get this far.
 * @param used digest that the facts were judged on
 */
async function judgeWhereMoved(
  ports: IngestFindingPorts,
  image: GoldenImage,
  used: string | undefined,
): Promise<HeadItem | undefined> {
  const head = await readHead(ports.table, image.name);
  const current = currentDigest(head);
  if (current === undefined || (head?.judged === current && used === current)) return head;
  await judgeImage(ports, image, head);
  return await updateHead(ports.table, image.name, (known) =>
    currentDigest(known) !== current || known.judged === current ? undefined : { ...known, judged: current },
  );
}

async function judgeImage(
  { table, estate, clock }: IngestFindingPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
  unusable?: RegistryReason,
): Promise<void> {
  await judgeFindings(table, image, {
    exceptions: estate.exceptions,
    current: currentDigest(head),
    now: clock(),
    keep: keptDigests(head),
    ...(unusable !== undefined && { unusable }),
  });
}

/** A candidate is current only once it is proven; until then its facts are kept, and judged on nothing. */
function seenDigests(image: GoldenImage, facts: readonly Finding[]): SeenDigest[] {
  return facts
    .filter(({ tags }) => tags.includes(image.floatingTag) || !tags.some(isCandidateTag))
    .map(({ digest, pushedAt, tags }) => ({
      digest,
      ...(pushedAt !== undefined && { pushedAt }),
      floating: tags.includes(image.floatingTag),
    }));
}

function groupByRepository(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.repository);
    if (group === undefined) groups.set(finding.repository, [finding]);
    else group.push(finding);
  }
  return groups;
}
