import type { GoldenImage } from '../../domain/config/golden-image';
import type { Notice } from '../../domain/notice/notice';
import { tell } from '../../domain/notice/tell';
import { readHead } from '../../domain/table/head-changes';
import type { HeadItem, PromotedDigest } from '../../domain/table/head-item';
import type { MovedTag } from '../../domain/table/reconcile-item';
import { readMemory, remember } from './image-facts';
import type { Actions, ReconcilePorts, RegistryQuestions } from './reconcile-ports';

/** What the watch works with. */
export type WatchTagPorts = Pick<ReconcilePorts, 'table' | 'notifier' | 'clock' | 'logger' | 'metrics'> & {
  readonly registry: Pick<RegistryQuestions, 'floatingDigest'>;
};

/** What {@link watchTag} saw. */
export interface TagWatch {
  /** Digest that the floating tag is on; absent where it is on none, or was not asked for. */
  readonly at?: string;
  readonly actions: Actions;
}

/** Foreign digests that are remembered as told: a tag that goes to and fro is told of once for each. */
const TOLD_KEPT = 20;

/**
 * Compares the floating tag with the promoted digest. Who may push to the repository can move it past every proof: people
 * are told once for each digest that it is found on, and it stays where it is. Nothing is proven, and nothing compared,
 * before the first promotion, which is when images come by the tag; nor while a promotion or a rollback moves it, which
 * others carry on with where it was cut off.
 */
export async function watchTag(ports: WatchTagPorts, image: GoldenImage): Promise<TagWatch> {
  const { table, registry } = ports;
  const head = await readHead(table, image.name);
  if (head?.promoted === undefined || head.moving !== undefined) return { actions: {} };
  const at = await registry.floatingDigest(image);
  const memory = await readMemory(table, image);
  if (at === head.promoted.digest) {
    if (memory?.movedTag !== undefined) await remember(table, image, { movedTag: undefined });
    return { at, actions: {} };
  }
  const watched: TagWatch = { ...(at !== undefined && { at }), actions: {} };
  // Moved by a promotion or a rollback meanwhile: the next run looks again.
  if ((await readHead(table, image.name))?.version !== head.version) return watched;
  const isTold = await tellOnce(ports, image, { head, promoted: head.promoted, at, known: memory?.movedTag });
  return isTold ? { ...watched, actions: { 'tag-moved-noticed': 1 } } : watched;
}

/** Writes down where the tag is, and tells people of each digest once, at least. @returns whether they were told now */
async function tellOnce(
  ports: WatchTagPorts,
  image: GoldenImage,
  facts: {
    readonly head: HeadItem;
    readonly promoted: PromotedDigest;
    readonly at: string | undefined;
    readonly known: MovedTag | undefined;
  },
): Promise<boolean> {
  const { table, clock } = ports;
  const { head, promoted, at } = facts;
  const proven = promoted.digest;
  const known = facts.known?.proven === proven ? facts.known : undefined;
  const told = known?.told ?? [];
  const isKnown = known !== undefined && known.at === at;
  const seen: MovedTag = isKnown
    ? known
    : { ...(at !== undefined && { at }), proven, since: clock().toISOString(), told };
  // First, so that it is shown also where nobody can be told.
  if (!isKnown) await remember(table, image, { movedTag: seen });
  const name = at ?? 'none';
  if (told.includes(name)) return false;
  const notice: Notice = {
    kind: 'tag-moved',
    ...{ image: image.name, repository: image.repository, tag: image.floatingTag, proven },
    ...(at !== undefined && { digest: at }),
    reference: promoted.reference,
    origin: originOf(head, at),
    since: seen.since,
  };
  await tell(ports, notice);
  await remember(table, image, { movedTag: { ...seen, told: [...told, name].slice(-TOLD_KEPT) } });
  return true;
}

function originOf(
  { previous, built }: HeadItem,
  at: string | undefined,
): Extract<Notice, { kind: 'tag-moved' }>['origin'] {
  if (at === undefined) return 'none';
  if (at === previous?.digest) return 'previous';
  return built?.includes(at) === true ? 'built' : 'unknown';
}
