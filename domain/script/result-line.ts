/** What became of one target. */
export const TARGET_RESULTS = ['fixed', 'already-fixed', 'not-installed', 'residual'] as const;

/** What became of one target; a `residual` has a reason. */
export type TargetResult = (typeof TARGET_RESULTS)[number];

/** Why a target is still below its floor. */
export const RESIDUAL_REASONS = [
  /** The newest version that the configured repositories offer is below the floor. */
  'fix-not-in-repository',
  /** The repository or the package file could not be downloaded. */
  'not-fetchable',
  /** The package is held at its version inside the image. */
  'held',
  /** The package manager refused the upgrade: unmet or conflicting dependencies, or a removal that is not allowed. */
  'conflict',
  /** An upgrade ran, yet a binary is still below the floor. */
  'below-floor',
  /** The scanner sees it in a layer that the patch cannot change. */
  'other-layer',
  /** Its fix is in the parent image, but no image was built, because no other target could be fixed. */
  'nothing-improved',
  /** All attempts of the patch failed. */
  'attempts-exhausted',
] as const;

/** Why a target is still below its floor. */
export type ResidualReason = (typeof RESIDUAL_REASONS)[number];
