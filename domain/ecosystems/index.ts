import { apk } from './apk';
import { apt } from './apt';
import { dnf } from './dnf';
import { microdnf } from './microdnf';
import { yum } from './yum';
import { zypper } from './zypper';
import { GoldenImagesError } from '../errors';
import type { Ecosystem, EcosystemId } from './ecosystem';

/** The ecosystems that can be patched, in the order in which they are shown. */
export const implementedEcosystems: readonly Ecosystem[] = [apt, apk, dnf, yum, microdnf, zypper];

const byId: ReadonlyMap<EcosystemId, Ecosystem> = new Map(implementedEcosystems.map((one) => [one.id, one]));

/** The ecosystem of that id, or undefined where it is known but cannot be patched yet. */
export function ecosystemOf(id: EcosystemId): Ecosystem | undefined {
  return byId.get(id);
}

/**
 * The ecosystem of that id.
 * @throws GoldenImagesError where it cannot be patched yet; callers have parked such findings before
 */
export function requireEcosystem(id: EcosystemId): Ecosystem {
  const ecosystem = ecosystemOf(id);
  if (ecosystem === undefined) throw new GoldenImagesError('internal', `ecosystem ${id} cannot be patched yet`);
  return ecosystem;
}
