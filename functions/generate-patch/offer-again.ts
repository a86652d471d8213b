import type { FindingTable } from '../../domain/ports';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { updateItem } from '../../domain/table/update-item';

/**
 * Writes a patch that is READY as it is, so that the stream offers it to signal-rebuild once more: its own record may have
 * ended there in a refusal, and REPLAN, which asks for another look, wakes generate-patch only.
 */
export async function offerAgain(table: FindingTable, patches: readonly PatchItem[]): Promise<void> {
  const ready = patches.findLast(({ state }) => state === 'READY');
  if (ready === undefined) return;
  await updateItem<PatchItem>(table, ready, isPatchItem, (known) => (known?.state === 'READY' ? known : undefined));
}
