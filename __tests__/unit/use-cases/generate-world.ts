import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { FindingTable } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import type { FindingItem } from '../../../domain/table/finding-item';
import { patchKey } from '../../../domain/table/keys';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { movePatch } from '../../../domain/table/move-patch';
import type { GeneratePatchResult } from '../../../functions/generate-patch/generate-patch';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import type { Authors } from '../../../domain/author/authors';
import { digestOf, makeImage, makeObservation, NOW, silent } from '../table/samples';

/** A table with a generate-patch of its own. */
export function generateWorld(
  authors: Authors = { choice: 'rules' },
  more: Partial<Parameters<typeof makeGeneratePatch>[0]> = {},
) {
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  const generate = async (image: GoldenImage = makeImage(), on: FindingTable = table): Promise<GeneratePatchResult> =>
    await makeGeneratePatch({ table: on, scripts, authors, clock: () => NOW, logger: silent, ...more })(image);
  const put = async (...items: FindingItem[]): Promise<void> => {
    for (const item of items) await table.put(item, 0);
  };
  const patches = async (): Promise<PatchItem[]> => (await table.query('IMAGE#debian-12')).filter(isPatchItem);
  const move = async (sequence: number, state: PatchState, reason?: string): Promise<void> => {
    await movePatch(table, patchKey('debian-12', sequence), ['READY'], NOW, {
      state,
      ...(reason !== undefined && { reason }),
    });
  };
  const raise = async (floor: string): Promise<void> => {
    const item = (await table.query('IMAGE#debian-12')).find(isFindingItem)!;
    await table.put(
      { ...item, observations: { [digestOf('a')]: makeObservation({ floor }) }, version: item.version + 1 },
      item.version,
    );
  };
  return { table, scripts, generate, put, patches, move, raise };
}

/** The patch that was planned. */
export function planned(result: GeneratePatchResult): PatchItem {
  if (result.did !== 'planned') throw new Error(`nothing was planned: ${result.why}`);
  return result.patch;
}
