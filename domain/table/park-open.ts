import type { RegistryReason } from '../policy/registry-reason';
import type { FindingTable } from '../ports';
import type { FindingItem } from './finding-item';
import { isFindingItem } from './finding-item';
import { updateItem } from './update-item';

/**
 * Parks the findings that are open on a digest, because of what its registry says. One that was judged on another digest
 * meanwhile is left alone.
 */
export async function parkOpen(
  table: FindingTable,
  findings: readonly FindingItem[],
  digest: string,
  reason: RegistryReason,
): Promise<void> {
  for (const finding of findings) {
    if (finding.state !== 'OPEN') continue;
    await updateItem<FindingItem>(table, finding, isFindingItem, (known) =>
      known?.state === 'OPEN' && known.judgedOn === digest ? { ...known, state: 'PARKED', reason } : undefined,
    );
  }
}
