import type { Ecosystem, InstalledPackage } from '../ecosystems/ecosystem';
import { OS_PACKAGE_MANAGER } from '../finding/finding';
import { plannedName } from '../plan/distribution-names';
import type { Platform } from '../platform/platform';
import type { Observation } from '../table/finding-item';
import { semanticHash } from '../table/fold-observation';
import { binariesOf, meetsFloor } from './installed-binaries';

/** The package database that an observation is checked against. */
export interface Inventory {
  readonly packages: readonly InstalledPackage[];
  readonly ecosystem: Ecosystem;
  readonly platform: Platform | undefined;
}

/**
 * What a finding observed on one digest says about another digest whose package database is known: gone where no
 * binary of the package is installed, or every one is at or above the floor (with proof); else still there, at the
 * version that is installed. Language packages and findings without a floor are taken over as they are.
 * @param observedAt ISO 8601; the observation's, so that a later word of the scanner wins
 */
export function deriveObservation(
  packageManager: string,
  packageName: string,
  observed: Observation,
  inventory: Inventory,
  observedAt: string,
): Observation {
  const { semanticHash: _hash, proof: _proof, ...facts } = observed;
  if (packageManager !== OS_PACKAGE_MANAGER) return { ...facts, observedAt, semanticHash: hashOf(facts) };
  const binaries = binariesOf(plannedName(packageName, inventory.platform), inventory.packages, inventory.ecosystem);
  const isGone =
    binaries.length === 0 || (facts.floor !== undefined && meetsFloor(binaries, facts.floor, inventory.ecosystem));
  const derived = {
    ...facts,
    ...(isGone && facts.status === 'ACTIVE' && { status: 'CLOSED' as const }),
    ...(binaries[0] !== undefined && { installed: binaries[0].judgedVersion }),
  };
  return { ...derived, observedAt, semanticHash: hashOf(derived), proof: 'package-database' };
}

function hashOf({ observedAt: _observedAt, ...facts }: Omit<Observation, 'semanticHash' | 'proof'>): string {
  return semanticHash(facts);
}
