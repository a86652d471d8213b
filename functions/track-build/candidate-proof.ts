import type { GoldenImage } from '../../domain/config/golden-image';
import type { EcosystemId, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import type { TargetOutcome } from '../../domain/plan/target-outcome';
import type { ImageDescription } from '../../domain/ports';
import type { ListedFindings } from '../../domain/proof/listed-findings';
import type { PatchItem } from '../../domain/table/patch-item';

/** What the package databases say of the image that is to be replaced and of the candidate. */
export interface KnownPackages {
  readonly by: 'package-database';
  readonly ecosystem: EcosystemId;
  readonly current: readonly InstalledPackage[];
  readonly candidate: readonly InstalledPackage[];
}

/** What a completed scan of the candidate says. */
export interface KnownScan {
  readonly by: 'scan';
  /** ISO 8601; when the scan was completed. */
  readonly at: string;
  /** ISO 8601; when the candidate was pushed, where known. */
  readonly pushedAt?: string;
  /** Everything that the scanner lists of the candidate. */
  readonly listed: ListedFindings;
}

/** The proof of a candidate, before it is judged. */
export interface Proof {
  /** What the candidate is to replace. */
  readonly current: ImageDescription;
  readonly candidate: ImageDescription;
  /** True where nothing was promoted before: the candidate is compared with its parent. */
  readonly isFirst: boolean;
  readonly outcomes: readonly TargetOutcome[];
  /** Violations of the image's contract; one sentence each. */
  readonly violations: readonly string[];
  /** Signs that the candidate is worse; one sentence each. */
  readonly regressions: readonly string[];
  /** Where the proof comes from. */
  readonly known: KnownPackages | KnownScan;
}

/** What looking for the proof of a candidate came to. */
export type Gathered =
  | { readonly state: 'gathered'; readonly proof: Proof }
  /** There is no such image any more, or the reference names another digest than was built. */
  | { readonly state: 'gone'; readonly detail: string }
  /** The scan that proves it is still to come. */
  | { readonly state: 'waiting'; readonly detail: string }
  /** There is no scan to come that would prove it. */
  | { readonly state: 'not-scanned'; readonly detail: string };

/**
 * How candidates are proven: by the package database, where there is an engine that reads it, or by the scan of the
 * digest, where there is a scanner.
 */
export interface CandidateProof {
  gather(image: GoldenImage, patch: PatchItem): Promise<Gathered>;
}
