import { createHash } from 'node:crypto';
import type { Finding } from '../finding/finding';
import type { FindingItem, Observation } from './finding-item';

/** Observations kept of digests that are neither current, previous nor candidate. */
const OTHER_DIGESTS_KEPT = 3;

/**
 * Makes the observation of a finding on its digest.
 * @param keepText whether what the scanner wrote is kept: only where policy lets the model read it
 */
export function toObservation(finding: Finding, keepText = false): Observation {
  const facts = {
    status: finding.status,
    severity: finding.severity,
    installed: finding.installed,
    ...(finding.floor !== undefined && { floor: finding.floor }),
    exploit: finding.exploit,
    ...(finding.epss !== undefined && { epss: finding.epss }),
    arn: finding.arn,
    ...(finding.platform !== undefined && { platform: finding.platform }),
    ...(finding.endOfLife === true && { endOfLife: true as const }),
    ...(finding.pushedAt !== undefined && { pushedAt: finding.pushedAt }),
    observedAt: finding.observedAt,
    ...(keepText && finding.text !== undefined && { text: finding.text }),
  };
  return { ...facts, semanticHash: semanticHash(facts) };
}

/** 16 hex digits over the facts that a decision depends on, beside the EPSS score, which drifts daily. */
export function semanticHash(facts: Omit<Observation, 'semanticHash'>): string {
  const { status, severity, installed, floor, exploit, platform, proof, endOfLife, closedBecause } = facts;
  // What came later is left out where it is absent: hashes that are stored already stay as they are.
  const later = [endOfLife, closedBecause].filter((fact) => fact !== undefined);
  return createHash('sha256')
    .update(JSON.stringify([status, severity, installed, floor, exploit, platform, proof, ...later]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * True where `next` takes the place of `known`: it is newer, or as old and greater by its hash, then by its text. A
 * maximum, so that any order and any repetition ends the same.
 */
export function supersedes(next: Observation, known: Observation | undefined): boolean {
  if (known === undefined) return true;
  if (next.observedAt !== known.observedAt) return next.observedAt > known.observedAt;
  if (next.semanticHash !== known.semanticHash) return next.semanticHash > known.semanticHash;
  return canonical(next) > canonical(known);
}

function canonical(observation: Observation): string {
  return JSON.stringify(Object.entries(observation).sort(([left], [right]) => (left < right ? -1 : 1)));
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
  const all = { ...known?.observations };
  if (supersedes(next, all[digest])) all[digest] = next;
  const observations = pruneObservations(all, keep);
  const fixSeen = earliest(known?.fixFirstSeenAt, next.floor === undefined ? undefined : next.observedAt);
  const first = earliest(known?.firstObservedAt, firstObservedAt) ?? firstObservedAt;
  if (
    known !== undefined &&
    sameObservations(known.observations, observations) &&
    first === known.firstObservedAt &&
    fixSeen === known.fixFirstSeenAt
  )
    return known;
  return {
    observations,
    firstObservedAt: first,
    ...(fixSeen !== undefined && { fixFirstSeenAt: fixSeen }),
  };
}

type Observations = Readonly<Record<string, Observation>>;

function sameObservations(left: Observations, right: Observations): boolean {
  const digests = Object.keys(left);
  return digests.length === Object.keys(right).length && digests.every((digest) => left[digest] === right[digest]);
}

/** Forgets digests: of those that need not be kept, only the three pushed last stay. */
export function pruneObservations(observations: Observations, keep: ReadonlySet<string>): Observations {
  const others = Object.keys(observations).filter((digest) => !keep.has(digest));
  if (others.length <= OTHER_DIGESTS_KEPT) return observations;
  const rank = (digest: string): string => `${observations[digest]?.pushedAt ?? ''}\n${digest}`;
  const dropped = new Set(others.sort((left, right) => (rank(left) < rank(right) ? 1 : -1)).slice(OTHER_DIGESTS_KEPT));
  return Object.fromEntries(Object.entries(observations).filter(([digest]) => !dropped.has(digest)));
}

/** The earlier of two ISO 8601 dates, either of which may be unknown. */
export function earliest(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}
