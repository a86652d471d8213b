import { toEstateImages } from './estate-images';
import { DEFAULT_POLICY } from '../../domain/policy/policy';
import type { Policy } from '../../domain/policy/policy';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { explainFinding } from '../../domain/table/explain-finding';
import { isHeadItem } from '../../domain/table/head-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { StateDirectory } from './state-directory';

/** Why a finding is in its state. */
export interface Explanation {
  readonly image: string;
  /** Sort key of the finding. */
  readonly key: string;
  readonly state: string;
  /** Sentences, in the order in which one follows from the other. */
  readonly chain: readonly string[];
}

/** Explains every finding that a vulnerability id or a sort key means. */
export async function explain(
  state: Pick<StateDirectory, 'table'>,
  query: string,
  options: { readonly config?: string; readonly image?: string },
): Promise<Explanation[]> {
  const images = await toEstateImages(options.config);
  const explanations: Explanation[] = [];
  for (const partition of await state.table.partitions('IMAGE#')) {
    const items = await state.table.query(partition);
    const head = items.find(isHeadItem);
    const patches = items.filter(isPatchItem);
    const replan = items.find(isReplanItem);
    for (const finding of items.filter(isFindingItem)) {
      if (!matches(finding, query) || (options.image !== undefined && finding.image !== options.image)) continue;
      const image = images.get(finding.image);
      const policy: Policy = image?.policy ?? DEFAULT_POLICY;
      explanations.push({
        image: finding.image,
        key: finding.sk,
        state: finding.reason === undefined ? finding.state : `${finding.state} (${finding.reason})`,
        chain: explainFinding(finding, {
          head,
          patches,
          replan,
          policy,
          ...(image?.platform !== undefined && { platform: image.platform }),
        }),
      });
    }
  }
  return explanations;
}

function matches(finding: FindingItem, query: string): boolean {
  return finding.sk === query || finding.vulnerabilityId.toLowerCase() === query.toLowerCase();
}
