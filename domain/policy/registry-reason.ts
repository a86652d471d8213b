/**
 * Why an open finding is parked by its image's registry and not by policy: generate-patch asks before it plans. Each new
 * word of the scanner about the finding opens it again, and the registry is asked again.
 */
export const REGISTRY_REASONS = ['image-not-found', 'manifest-not-supported', 'architecture-mismatch'] as const;

/** Why a golden image cannot be patched, by its registry. */
export type RegistryReason = (typeof REGISTRY_REASONS)[number];
