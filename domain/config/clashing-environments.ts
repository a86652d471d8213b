import type { GoldenImagesConfig } from './config-schema';
import type { Contradiction } from './contradictions';
import type { EnvironmentConfig } from './environment-schema';
import { partitionOf } from './partition';
import { statePrefix } from './state-place';

/**
 * Environments of one file that would take each other's things: their Terraform state, so that applying one destroys the
 * other, or the repositories of the images, whose names have neither the namespace nor the environment in them.
 */
export function clashingEnvironments(config: GoldenImagesConfig): readonly Contradiction[] {
  const repository = config.images[0]?.repository ?? '';
  const states = new Map<string, string>();
  const registries = new Map<string, string>();
  return Object.entries(config.environments ?? {}).flatMap(([name, environment]) => {
    const { account, region, backend } = environment;
    const withState = takenBy(states, placeOfState(name, environment), name);
    const withRegistry = takenBy(registries, `${account} ${region}`, name);
    const problems: Contradiction[] = [];
    if (withState !== undefined && backend.type === 's3')
      problems.push({
        path: ['environments', name, 'backend', 'prefix'],
        message: `the state of ${withState} is there already, in ${backend.bucket} under ${statePrefix(name, environment)}/, and applying one would destroy the other: give each a prefix of its own, or leave prefix out`,
      });
    if (withRegistry !== undefined)
      problems.push({
        path: ['environments', name, 'region'],
        message: `${withRegistry} is in ${region} of account ${account} already, and both would make the repository ${repository} there, in whatever namespace: take another account or region, or a file of its own with other repositories`,
      });
    return problems;
  });
}

/** Whose a place is already; undefined where it was free, and is `name`'s from now on. */
function takenBy(places: Map<string, string>, place: string, name: string): string | undefined {
  const owner = places.get(place);
  if (owner === undefined) places.set(place, name);
  return owner;
}

/** Names of buckets are unique within a partition. */
function placeOfState(name: string, environment: EnvironmentConfig): string {
  const { backend, region } = environment;
  const store = backend.type === 's3' ? `${partitionOf(backend.region ?? region)} ${backend.bucket}` : 'local';
  return `${store} ${statePrefix(name, environment)}`;
}
