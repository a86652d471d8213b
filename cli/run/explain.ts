import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { explainFinding } from '../../domain/table/explain-finding';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isReplanItem } from '../../domain/table/replan-item';
import { isPatchItem } from '../../domain/table/patch-item';

/** Why a finding is in its state. */
export interface Explanation {
  readonly image: string;
  /** Sort key of the finding. */
  readonly key: string;
  readonly state: string;
  /** Sentences, in the order in which one follows from the other. */
  readonly chain: readonly string[];
}

/** Explains every finding of the images that a vulnerability id (any case) or a sort key means. */
export async function explain(
  table: Pick<FindingTable, 'query'>,
  images: readonly GoldenImage[],
  query: string,
): Promise<Explanation[]> {
  const explanations: Explanation[] = [];
  for (const image of images) {
    const items = await table.query(imagePartition(image.name));
    const context = {
      head: items.find(isHeadItem),
      patches: items.filter(isPatchItem),
      replan: items.find(isReplanItem),
      policy: image.policy,
      ...(image.platform !== undefined && { platform: image.platform }),
    };
    for (const finding of items.filter(isFindingItem))
      if (matches(finding, query))
        explanations.push({
          image: image.name,
          key: finding.sk,
          state: finding.reason === undefined ? finding.state : `${finding.state} (${finding.reason})`,
          chain: explainFinding(finding, context),
        });
  }
  return explanations;
}

function matches(finding: FindingItem, query: string): boolean {
  return finding.sk === query || finding.vulnerabilityId.toLowerCase() === query.toLowerCase();
}
