import type { Finding } from '../finding/finding';
import type { ScanStatus } from '../scan/image-scan';
import type { ClosedReason, Observation } from '../table/finding-item';
import { semanticHash } from '../table/fold-observation';

/** Milliseconds within which a closing follows what it closes; a re-opening follows a closing likewise. */
const CLOSELY = 1000;

/**
 * Why an image's findings are closed that the scanner lists no more, or undefined where that they are missing proves
 * nothing.
 * @param isInRegistry whether the registry still has the image
 */
export function closedReason(isInRegistry: boolean, status: ScanStatus): ClosedReason | undefined {
  if (!isInRegistry) return 'image-deleted';
  switch (status.state) {
    case 'expired':
      return 'scan-eligibility-expired';
    case 'scanned':
      return 'gone';
    case 'pending':
    case 'not-scanned':
    case 'unknown':
      return undefined;
  }
}

/**
 * The observation that a finding is not listed any more. It is a millisecond younger than what it closes and not as young
 * as the clock: whatever the scanner says later, also if that is heard late, takes its place; and two runs write the same.
 */
export function closedObservation(known: Observation, closedBecause: ClosedReason): Observation {
  const { semanticHash: _hash, derived: _derived, ...facts } = known;
  const closed = { ...facts, status: 'CLOSED' as const, closedBecause, observedAt: justAfter(known.observedAt) };
  return { ...closed, semanticHash: semanticHash(closed) };
}

/**
 * A listed finding as it is to be ingested. Where it was closed because it was missing from a list, and is listed again as
 * before, it is made younger than that closing, so that it is open again.
 */
export function listedAgain(fact: Finding, known: Observation | undefined): Finding {
  if (known?.closedBecause === undefined || fact.status !== 'ACTIVE') return fact;
  const behind = Date.parse(known.observedAt) - Date.parse(fact.observedAt);
  return behind >= 0 && behind < CLOSELY ? { ...fact, observedAt: justAfter(known.observedAt) } : fact;
}

function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
