import type { ResidualReason, TargetResult } from '../script/result-line';

/** One installed binary of a target, before and after the patch. */
export interface BinaryChange {
  readonly name: string;
  /** Version before; empty where it was not installed. */
  readonly before: string;
  /** Version after; empty where it is gone. */
  readonly after: string;
}

/** What became of a target, as proven from the package databases. */
export interface TargetOutcome {
  readonly package: string;
  readonly result: TargetResult;
  readonly reason?: ResidualReason;
  /** True where the parent image has the fix already, so that later plans need not carry the target. */
  readonly inParent?: true;
  readonly binaries: readonly BinaryChange[];
}
