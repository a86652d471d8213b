import type { FindingTable } from '../ports';
import type { HeadItem, SeenDigest } from './head-item';
import { isHeadItem, newerDigest } from './head-item';
import { headKey, replanKey } from './keys';
import type { ReplanItem } from './replan-item';
import { isReplanItem } from './replan-item';
import type { Draft } from './update-item';
import { updateItem } from './update-item';

/** An image's HEAD, if it has one. */
export async function readHead(table: FindingTable, image: string): Promise<HeadItem | undefined> {
  const item = await table.get(headKey(image));
  return item !== undefined && isHeadItem(item) ? item : undefined;
}

/** Changes an image's HEAD; `fold` gets it, or a new IDLE one, and returns undefined to leave it. */
export async function updateHead(
  table: FindingTable,
  image: string,
  fold: (head: Draft<HeadItem>) => Draft<HeadItem> | undefined,
): Promise<HeadItem | undefined> {
  const fresh: Draft<HeadItem> = {
    ...headKey(image),
    type: 'HEAD',
    image,
    state: 'IDLE',
    sequence: 0,
    failures: 0,
    builds: { day: '', count: 0 },
  };
  return (await updateItem<HeadItem>(table, headKey(image), isHeadItem, (known) => fold(known ?? fresh))).item;
}

/**
 * Takes note of digests that the scanner has seen; the newest of them becomes the adopted one where it is newer than that.
 *
 * Once a lease was ever taken only the floating tag makes a digest current: what is pushed from then on may be a build of
 * this project, which the scanner can tell of before the builder does, under a tag of the builder's own or under none, and
 * where the build fails after its push nobody else does. A candidate that is taken for the current image is compared with
 * itself, and proves whatever it broke.
 */
export async function adoptDigest(
  table: FindingTable,
  image: string,
  ...seen: readonly SeenDigest[]
): Promise<HeadItem | undefined> {
  return await updateHead(table, image, (head) => {
    const adopted = seen
      .filter(({ digest }) => head.built?.includes(digest) !== true)
      .filter(({ floating }) => floating || head.sequence === 0)
      .reduce<SeenDigest | undefined>((newest, one) => newerDigest(newest, one), head.adopted);
    return adopted === undefined || JSON.stringify(adopted) === JSON.stringify(head.adopted)
      ? undefined
      : { ...head, adopted };
  });
}

/** Digests of builds that are remembered: more than a registry keeps candidates. */
const BUILT_KEPT = 50;

/** Takes note of a digest that was built, before anything else is made of it. */
export async function noteBuilt(table: FindingTable, image: string, digest: string): Promise<void> {
  await updateHead(table, image, (head) =>
    head.built?.includes(digest) === true
      ? undefined
      : { ...head, built: [...(head.built ?? []), digest].slice(-BUILT_KEPT) },
  );
}

/**
 * Asks generate-patch to look at an image (again).
 * @param authorNotBefore where an author that could not be asked is to be left alone until then; a request without it means now
 */
export async function requestReplan(
  table: FindingTable,
  image: string,
  why: string,
  authorNotBefore?: Date,
): Promise<void> {
  await updateItem<ReplanItem>(table, replanKey(image), isReplanItem, () => ({
    ...replanKey(image),
    type: 'REPLAN',
    image,
    state: 'REQUESTED',
    why,
    ...(authorNotBefore !== undefined && { notBefore: authorNotBefore.toISOString(), waitsFor: 'author' as const }),
  }));
}

/** Notes that an image was looked at, where nobody has asked again since `request` was read. */
export async function settleReplan(table: FindingTable, request: ReplanItem | undefined): Promise<void> {
  if (request?.state !== 'REQUESTED') return;
  await updateItem<ReplanItem>(table, request, isReplanItem, (known) =>
    known?.version === request.version ? { ...known, state: 'DONE' } : undefined,
  );
}
