import { apt } from './apt';
import { dnf } from './dnf';
import type { Ecosystem, EcosystemId } from './ecosystem';

/** The ecosystems that can be patched, in the order in which they are shown. */
export const implementedEcosystems: readonly Ecosystem[] = [apt, dnf];

const byId: ReadonlyMap<EcosystemId, Ecosystem> = new Map(implementedEcosystems.map((one) => [one.id, one]));

/** The ecosystem of that id, or undefined where it is known but cannot be patched yet. */
export function ecosystemOf(id: EcosystemId): Ecosystem | undefined {
  return byId.get(id);
}
