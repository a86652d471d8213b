import type { EnvironmentConfig } from './environment-schema';

/** First part of every name where the configuration does not say. */
export const DEFAULT_NAMESPACE = 'golden-images';

/** What the place of an environment's states depends on, beside its name. */
type Stated = Pick<EnvironmentConfig, 'backend' | 'namespace'>;

/**
 * What comes before the file names of an environment's states: a prefix of keys in the bucket, or a folder relative to the
 * checkout. The environment's name is part of it, unless `backend.prefix` takes the place of the whole.
 */
export function statePrefix(name: string, { backend, namespace = DEFAULT_NAMESPACE }: Stated): string {
  return backend.type === 'local'
    ? `${backend.path ?? '.terraform-state'}/${name}`
    : (backend.prefix ?? `${namespace}/${name}`);
}
