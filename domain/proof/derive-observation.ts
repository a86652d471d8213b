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
 * What a finding observed on one digest says about another digest whose package database is known. With proof it is gone
 * where no binary of the package is installed, or every one is at or above the floor; else it is as the scanner says, at
 * the version that is installed. A scanner's CLOSED is never proof. Language packages and findings without a floor are
 * taken over as they are.
 */
export function deriveObservation(
  packageManager: string,
  packageName: string,
  observed: Observation,
  inventory: Inventory,
): Observation {
  const { semanticHash: _hash, proof, ...known } = observed;
  // What was proven gone from one digest is as open as ever on another.
  const facts = proof === undefined ? known : { ...known, status: 'ACTIVE' as const };
  if (packageManager !== OS_PACKAGE_MANAGER) return withHash({ ...facts, derived: true });
  const binaries = binariesOf(plannedName(packageName, inventory.platform), inventory.packages, inventory.ecosystem);
  const isGone =
    binaries.length === 0 || (facts.floor !== undefined && meetsFloor(binaries, facts.floor, inventory.ecosystem));
  return withHash({
    ...facts,
    ...(binaries[0] !== undefined && { installed: binaries[0].judgedVersion }),
    ...(isGone && { status: 'CLOSED', proof: 'package-database' }),
    derived: true,
  });
}

function withHash(facts: Omit<Observation, 'semanticHash'>): Observation {
  return { ...facts, semanticHash: semanticHash(facts) };
}
