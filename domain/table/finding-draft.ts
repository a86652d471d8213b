import type { GoldenImage } from '../config/golden-image';
import type { Finding } from '../finding/finding';
import type { SeenPart } from '../lineage/observation-on';
import type { FindingItem } from './finding-item';
import type { JudgedPart } from './finding-state';
import type { ObservedPart } from './fold-observation';
import type { ItemKey } from './items';
import type { Draft } from './update-item';

/** Puts a finding's item together: what it is about, what was seen of it, and the policy's word. */
export function findingDraft(
  key: ItemKey,
  image: GoldenImage,
  fact: Pick<Finding, 'vulnerabilityId' | 'packageManager' | 'package' | 'filePath'>,
  { observations, seenIn, firstObservedAt, fixFirstSeenAt }: ObservedPart & SeenPart,
  verdict: JudgedPart,
): Draft<FindingItem> {
  return {
    pk: key.pk,
    sk: key.sk,
    type: 'FINDING',
    image: image.name,
    vulnerabilityId: fact.vulnerabilityId,
    packageManager: fact.packageManager,
    package: fact.package,
    ...(fact.filePath !== undefined && { filePath: fact.filePath }),
    observations,
    ...(seenIn !== undefined && { seenIn }),
    firstObservedAt,
    ...(fixFirstSeenAt !== undefined && { fixFirstSeenAt }),
    ...verdict,
  };
}
