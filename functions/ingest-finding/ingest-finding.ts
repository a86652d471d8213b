import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import { findingSortKey } from '../../domain/finding/finding-key';
import type { Clock, FindingTable, Logger } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding, sameVerdict } from '../../domain/table/finding-state';
import { foldObservation, pruneObservations, toObservation } from '../../domain/table/fold-observation';
import { adoptDigest, readHead } from '../../domain/table/head-changes';
import type { HeadItem, SeenDigest } from '../../domain/table/head-item';
import { currentDigest, keptDigests, newerDigest } from '../../domain/table/head-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import type { Draft } from '../../domain/table/update-item';
import { updateItem } from '../../domain/table/update-item';

/** What ingest-finding works with. */
export interface IngestFindingPorts {
  readonly table: FindingTable;
  readonly estate: Estate;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What became of a batch of facts. */
export interface IngestResult {
  /** Facts that told something new. */
  readonly folded: number;
  /** Facts that were known already. */
  readonly duplicates: number;
  /** Facts about repositories that are no golden image. */
  readonly unattributed: number;
  /** Names of the golden images that facts were about. */
  readonly images: ReadonlySet<string>;
}

/**
 * Folds findings into the table: any order, any repetition, any split into batches ends with the same items. At most
 * one write per finding that tells something new; none for one that does not.
 */
export function makeIngestFinding(ports: IngestFindingPorts): (findings: readonly Finding[]) => Promise<IngestResult> {
  const { estate, logger } = ports;
  return async (findings) => {
    const result = { folded: 0, duplicates: 0, unattributed: 0, images: new Set<string>() };
    for (const [repository, facts] of groupByRepository(findings)) {
      const image = estate.byRepository.get(repository);
      if (image === undefined) {
        result.unattributed += facts.length;
        logger.debug('finding is about no golden image', { repository, facts: facts.length });
        continue;
      }
      result.images.add(image.name);
      const { folded, head, moved } = await ingestImage(ports, image, facts);
      result.folded += folded;
      result.duplicates += facts.length - folded;
      if (moved) await judgeImage(ports, image, head);
    }
    return result;
  };
}

/**
 * Judges every finding of an image again: after its current digest, its policy or an exception changed, or time passed.
 * Writes only the verdicts that differ.
 */
export function makeJudgeAgain(ports: IngestFindingPorts): (image: GoldenImage) => Promise<void> {
  return async (image) => {
    await judgeImage(ports, image, await readHead(ports.table, image.name));
  };
}

async function ingestImage(
  ports: IngestFindingPorts,
  image: GoldenImage,
  facts: readonly Finding[],
): Promise<{ folded: number; head: HeadItem | undefined; moved: boolean }> {
  const { table, estate, clock } = ports;
  const before = await readHead(table, image.name);
  const head = await adoptDigest(table, image.name, newestSeen(image, facts));
  const current = currentDigest(head);
  const keep = keptDigests(head);
  const keepText = image.policy.findingText === 'include';
  let folded = 0;
  for (const fact of facts) {
    const key = { pk: imagePartition(image.name), sk: findingSortKey(fact) };
    const { written } = await updateItem<FindingItem>(table, key, isFindingItem, (known) => {
      const observed = foldObservation(known, fact.digest, toObservation(fact, keepText), fact.firstObservedAt, keep);
      if (observed === known) return undefined;
      const verdict = judgeFinding(fact, observed, known, {
        image,
        exceptions: estate.exceptions,
        current,
        now: clock(),
      });
      return {
        ...key,
        type: 'FINDING',
        image: image.name,
        vulnerabilityId: fact.vulnerabilityId,
        packageManager: fact.packageManager,
        package: fact.package,
        ...(fact.filePath !== undefined && { filePath: fact.filePath }),
        ...observedPart(observed),
        ...verdict,
      };
    });
    if (written) folded++;
  }
  return { folded, head, moved: currentDigest(before) !== current && before !== undefined };
}

async function judgeImage(
  { table, estate, clock }: IngestFindingPorts,
  image: GoldenImage,
  head: HeadItem | undefined,
): Promise<void> {
  const context = { image, exceptions: estate.exceptions, current: currentDigest(head), now: clock() };
  const keep = keptDigests(head);
  const judged = (finding: FindingItem): Draft<FindingItem> | undefined => {
    const observations = pruneObservations(finding.observations, keep);
    const { state: _state, reason: _reason, judgedOn: _on, residualSince: _since, ...facts } = finding;
    const verdict = judgeFinding(finding, { ...finding, observations }, finding, context);
    const isSame = observations === finding.observations && sameVerdict(finding, verdict);
    return isSame ? undefined : { ...facts, observations, ...verdict };
  };
  for (const item of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(item) || judged(item) === undefined) continue;
    await updateItem<FindingItem>(table, item, isFindingItem, (known) =>
      known === undefined ? undefined : judged(known),
    );
  }
}

function observedPart({
  observations,
  firstObservedAt,
  fixFirstSeenAt,
}: Pick<FindingItem, 'observations' | 'firstObservedAt' | 'fixFirstSeenAt'>): Pick<
  FindingItem,
  'observations' | 'firstObservedAt' | 'fixFirstSeenAt'
> {
  return { observations, firstObservedAt, ...(fixFirstSeenAt !== undefined && { fixFirstSeenAt }) };
}

function newestSeen(image: GoldenImage, facts: readonly Finding[]): SeenDigest {
  return facts
    .map((fact): SeenDigest => ({
      digest: fact.digest,
      ...(fact.pushedAt !== undefined && { pushedAt: fact.pushedAt }),
      floating: fact.tags.includes(image.floatingTag),
    }))
    .reduce((newest: SeenDigest | undefined, seen) => newerDigest(newest, seen), undefined) as SeenDigest;
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
