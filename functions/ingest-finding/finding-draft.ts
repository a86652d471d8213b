import type { GoldenImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import type { SeenPart } from '../../domain/lineage/observation-on';
import type { FindingItem } from '../../domain/table/finding-item';
import type { JudgedPart } from '../../domain/table/finding-state';
import type { ObservedPart } from '../../domain/table/fold-observation';
import type { ItemKey } from '../../domain/table/items';
import type { Draft } from '../../domain/table/update-item';

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
