import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { readHead } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { isHeadItem } from '../../domain/table/head-item';
import type { TableItem } from '../../domain/table/items';
import { imagePartition, PATCH_PREFIX, reconcileKey } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { MovedTag, ReconcileItem } from '../../domain/table/reconcile-item';
import { isReconcileItem } from '../../domain/table/reconcile-item';
import type { ReplanItem } from '../../domain/table/replan-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { updateItem } from '../../domain/table/update-item';

/** Where an image stands, without its findings: those are many. */
export interface ImageStand {
  readonly head: HeadItem | undefined;
  /** Oldest first. */
  readonly patches: readonly PatchItem[];
  readonly memory: ReconcileItem | undefined;
}

/** All that the table has of an image. */
export interface ImageFacts extends ImageStand {
  readonly items: readonly TableItem[];
  readonly findings: readonly FindingItem[];
  readonly replan: ReplanItem | undefined;
}

/** Reads all that the table has of an image. Each step reads anew what the ones before may have changed. */
export async function readFacts(table: FindingTable, image: GoldenImage): Promise<ImageFacts> {
  const items = await table.query(imagePartition(image.name));
  return {
    items,
    head: items.find(isHeadItem),
    findings: items.filter(isFindingItem),
    patches: items.filter(isPatchItem),
    replan: items.find(isReplanItem),
    memory: items.find(isReconcileItem),
  };
}

/** What was remembered of an image by the runs before. */
export async function readMemory(table: FindingTable, image: GoldenImage): Promise<ReconcileItem | undefined> {
  const memory = await table.get(reconcileKey(image.name));
  return memory !== undefined && isReconcileItem(memory) ? memory : undefined;
}

/** Reads where an image stands. */
export async function readStand(table: FindingTable, image: GoldenImage): Promise<ImageStand> {
  return {
    head: await readHead(table, image.name),
    patches: (await table.query(imagePartition(image.name), PATCH_PREFIX)).filter(isPatchItem),
    memory: await readMemory(table, image),
  };
}

/** Remembers something of an image for the next runs; what is undefined is forgotten. */
export async function remember(
  table: FindingTable,
  image: GoldenImage,
  facts: Partial<Pick<ReconcileItem, 'replan' | 'noticed' | 'refusals' | 'parent' | 'unwatched'>> & {
    readonly movedTag?: MovedTag | undefined;
  },
): Promise<void> {
  const key = reconcileKey(image.name);
  await updateItem<ReconcileItem>(table, key, isReconcileItem, (known) => {
    const { unwatched, movedTag, ...item } = {
      ...known,
      ...facts,
      ...key,
      type: 'RECONCILE' as const,
      image: image.name,
    };
    return {
      ...item,
      ...(unwatched !== undefined && { unwatched }),
      ...(movedTag !== undefined && { movedTag }),
    };
  });
}
