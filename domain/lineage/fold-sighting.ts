import type { FindingItem, Sighting } from '../table/finding-item';
import type { ObservedPart } from '../table/fold-observation';
import { earliest, supersedes } from '../table/fold-observation';
import type { SeenPart } from './observation-on';

/** Applications that are kept per finding: enough to keep it alive, and the item small. */
const MAX_REPOSITORIES = 20;

/**
 * Folds a sighting in an application into what is known: the newest per repository, and the repositories seen last. A
 * maximum, so that any order and any repetition ends the same.
 * @param firstObservedAt ISO 8601; when the scanner first saw it in the application
 * @returns `known` itself where nothing changed
 */
export function foldSighting(
  known: (ObservedPart & SeenPart) | undefined,
  repository: string,
  next: Sighting,
  firstObservedAt: string,
): ObservedPart & SeenPart {
  const all: Record<string, Sighting> = { ...known?.seenIn };
  if (supersedes(next.observation, all[repository]?.observation)) all[repository] = next;
  const kept = newest(all);
  const { floor, observedAt } = next.observation;
  const fixSeen = earliest(known?.fixFirstSeenAt, floor === undefined ? undefined : observedAt);
  const first = earliest(known?.firstObservedAt, firstObservedAt) ?? firstObservedAt;
  const isSame = known !== undefined && first === known.firstObservedAt && fixSeen === known.fixFirstSeenAt;
  if (isSame && sameSightings(known.seenIn, kept)) return known;
  return {
    observations: known?.observations ?? {},
    seenIn: kept,
    firstObservedAt: first,
    ...(fixSeen !== undefined && { fixFirstSeenAt: fixSeen }),
  };
}

function newest(seenIn: Readonly<Record<string, Sighting>>): Readonly<Record<string, Sighting>> {
  const rank = ([repository, { observation }]: readonly [string, Sighting]): string =>
    `${observation.observedAt}\n${repository}`;
  return Object.fromEntries(
    Object.entries(seenIn)
      .sort((left, right) => (rank(left) < rank(right) ? 1 : -1))
      .slice(0, MAX_REPOSITORIES)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

function sameSightings(left: FindingItem['seenIn'], right: Readonly<Record<string, Sighting>>): boolean {
  const keys = Object.keys(right);
  return keys.length === Object.keys(left ?? {}).length && keys.every((key) => left?.[key] === right[key]);
}
