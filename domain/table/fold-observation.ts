import { createHash } from 'node:crypto';
import type { Finding } from '../finding/finding';
import type { FindingItem, Observation } from './finding-item';

/** Observations kept of digests that are neither current, previous nor candidate. */
const OTHER_DIGESTS_KEPT = 3;

/** Makes the observation of a finding on its digest. */
export function toObservation(finding: Finding): Observation {
  const facts = {
    status: finding.status,
    severity: finding.severity,
    installed: finding.installed,
    ...(finding.floor !== undefined && { floor: finding.floor }),
    exploit: finding.exploit,
    ...(finding.epss !== undefined && { epss: finding.epss }),
    arn: finding.arn,
    ...(finding.platform !== undefined && { platform: finding.platform }),
    ...(finding.pushedAt !== undefined && { pushedAt: finding.pushedAt }),
  };
  return { ...facts, observedAt: finding.observedAt, semanticHash: semanticHash(facts) };
}

/** 16 hex digits over everything that a decision can depend on. */
export function semanticHash(facts: Readonly<Record<string, unknown>>): string {
  const canonical = JSON.stringify(Object.entries(facts).sort(([left], [right]) => (left < right ? -1 : 1)));
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

/**
 * True where `next` takes the place of `known`: it is newer, or as old and its hash is greater. A maximum, so that any
 * order and any repetition ends the same (design.md 4).
 */
export function supersedes(next: Observation, known: Observation | undefined): boolean {
  if (known === undefined) return true;
  if (next.observedAt !== known.observedAt) return next.observedAt > known.observedAt;
  return next.semanticHash > known.semanticHash;
}

/** The part of a finding's item that observations decide; `state` is the judge's. */
export type ObservedPart = Pick<FindingItem, 'observations' | 'firstObservedAt' | 'fixFirstSeenAt'>;

/**
 * Folds one observation into what is known.
 * @param keep digests whose observations are never dropped: current, previous and candidate
 * @returns `known` itself where nothing changed
 */
export function foldObservation(
  known: ObservedPart | undefined,
  digest: string,
  next: Observation,
  firstObservedAt: string,
  keep: ReadonlySet<string>,
): ObservedPart {
  const wins = supersedes(next, known?.observations[digest]);
  const observations = wins ? { ...known?.observations, [digest]: next } : (known?.observations ?? {});
  const fixSeen = earliest(known?.fixFirstSeenAt, next.floor === undefined ? undefined : next.observedAt);
  const first = earliest(known?.firstObservedAt, firstObservedAt) ?? firstObservedAt;
  if (known !== undefined && !wins && first === known.firstObservedAt && fixSeen === known.fixFirstSeenAt) return known;
  return {
    observations: prune(observations, keep),
    firstObservedAt: first,
    ...(fixSeen !== undefined && { fixFirstSeenAt: fixSeen }),
  };
}

function prune(
  observations: Readonly<Record<string, Observation>>,
  keep: ReadonlySet<string>,
): Readonly<Record<string, Observation>> {
  const others = Object.keys(observations).filter((digest) => !keep.has(digest));
  if (others.length <= OTHER_DIGESTS_KEPT) return observations;
  const rank = (digest: string): string => `${observations[digest]?.pushedAt ?? ''}\n${digest}`;
  const dropped = new Set(others.sort((left, right) => (rank(left) < rank(right) ? 1 : -1)).slice(OTHER_DIGESTS_KEPT));
  return Object.fromEntries(Object.entries(observations).filter(([digest]) => !dropped.has(digest)));
}

function earliest(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}
