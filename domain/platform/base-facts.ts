import type { EcosystemId } from '../ecosystems/ecosystem';
import type { Platform } from './platform';
import { ecosystemIdOf } from './platform';

/** What a base image itself says, read from outside. */
export interface BaseFacts {
  /** From its os-release; absent where it has none. */
  readonly platform?: Platform;
  /** Package managers that are in it, as files or links. */
  readonly managers: readonly EcosystemId[];
  /** True where it records packages but has no package manager: nothing can be upgraded in it. */
  readonly distroless: boolean;
  /** Packages that a distroless image records; absent elsewhere, and where they could not be read. */
  readonly packages?: number;
}

/** Managers that can work on the same package database; where several are there, the first is used. */
const RELATIVES: readonly (readonly EcosystemId[])[] = [['dnf', 'microdnf', 'yum'], ['zypper'], ['apk'], ['apt']];

/**
 * The package manager to patch with: the platform's own where it is there, else the best of its relatives (minimal
 * variants of the rpm distributions have microdnf alone); where the platform is not known, the one that is there.
 * @returns undefined where none is there that fits, or where it cannot be told which does
 */
export function ecosystemOfBase(facts: BaseFacts, platform: Platform | undefined): EcosystemId | undefined {
  const usual = ecosystemIdOf(platform);
  if (usual !== undefined && facts.managers.includes(usual)) return usual;
  const families = RELATIVES.filter((family) => usual === undefined || family.includes(usual))
    .map((family) => family.find((id) => facts.managers.includes(id)))
    .filter((id) => id !== undefined);
  // A release that nobody knows, with managers of several families: only its owner can say which one it lives by.
  return families.length === 1 ? families[0] : undefined;
}
