import type { FindingStatus } from '../finding/finding';
import type { Severity } from '../finding/severity';
import type { ParkedReason } from '../policy/judge';
import type { RegistryReason } from '../policy/registry-reason';
import type { ResidualReason } from '../script/result-line';
import type { TableItem, Versioned } from './items';

/** A finding as it was last seen on one digest. */
export interface Observation {
  readonly status: FindingStatus;
  readonly severity: Severity;
  readonly installed: string;
  readonly floor?: string;
  readonly exploit: boolean;
  readonly epss?: number;
  readonly arn: string;
  readonly platform?: string;
  /** True where the scanner says that the release is at its end of life. */
  readonly endOfLife?: true;
  /** ISO 8601. */
  readonly observedAt: string;
  /** ISO 8601; when the digest was pushed, where known. */
  readonly pushedAt?: string;
  /** SHA-256 (16 hex) of the facts that a decision depends on; a changed EPSS score alone leaves it as it is. */
  readonly semanticHash: string;
  /** What the scanner wrote of it; kept only where policy lets the model read it. */
  readonly text?: string;
  /**
   * True where it was derived from what the scanner said of another digest, and from this one's package database, or from
   * its not being listed by a completed scan of this one.
   */
  readonly derived?: true;
  /** Why the scanner lists it no more, where that was asked. */
  readonly closedBecause?: ClosedReason;
  /** Proof that the vulnerability is gone from the digest: its package database was read, or a completed scan lists it no more. */
  readonly proof?: 'package-database' | 'scan';
}

/** An application image that a golden image's finding was seen in, through a layer that it has from the golden image. */
export interface Sighting {
  /** Digest of the application image. */
  readonly digest: string;
  /** Digest of the golden image that it is built on. */
  readonly base: string;
  readonly observation: Observation;
}

/**
 * Why a finding is CLOSED without having been fixed: `image-deleted`: its image is not in the registry any more;
 * `scan-eligibility-expired`: the scanner does not look at the image any more; `gone`: the scanner looks, and lists it no
 * more, without proof of a patch.
 */
export type ClosedReason = 'image-deleted' | 'scan-eligibility-expired' | 'gone';

/** States of a finding. Only proof on the current digest makes one FIXED. */
export const FINDING_STATES = ['OPEN', 'RESIDUAL', 'PARKED', 'FIXED', 'CLOSED'] as const;

/** State of a finding. */
export type FindingState = (typeof FINDING_STATES)[number];

/** `FINDING#…`: one vulnerability of one package of one golden image. */
export type FindingItem = Versioned & {
  readonly type: 'FINDING';
  readonly image: string;
  readonly vulnerabilityId: string;
  readonly packageManager: string;
  readonly package: string;
  readonly filePath?: string;
  /** By digest. */
  readonly observations: Readonly<Record<string, Observation>>;
  /** Newest sighting by repository of an application; absent where there is none. */
  readonly seenIn?: Readonly<Record<string, Sighting>>;
  readonly state: FindingState;
  readonly reason?: ParkedReason | RegistryReason | ResidualReason | ClosedReason;
  /** Digest that `state` is about. */
  readonly judgedOn?: string;
  /** `semanticHash` of the observation that `state` is about; empty where there is none. */
  readonly semanticHash: string;
  /** ISO 8601; earliest over all observations. */
  readonly firstObservedAt: string;
  /** ISO 8601; earliest observation that had a floor. */
  readonly fixFirstSeenAt?: string;
  /** ISO 8601; when the finding became RESIDUAL. */
  readonly residualSince?: string;
};

/** Narrows an item of the table. */
export function isFindingItem(item: TableItem): item is FindingItem {
  return item['type'] === 'FINDING';
}

/** Lowest version that fixes a finding, on the digest that it is judged on. */
export function judgedFloor({
  observations,
  judgedOn = '',
}: Pick<FindingItem, 'observations' | 'judgedOn'>): string | undefined {
  return observations[judgedOn]?.floor;
}
