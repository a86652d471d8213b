import { createHash } from 'node:crypto';
import type { Engine, EngineImage } from '../../adapters/local/engine/engine';
import { imageConfiguration, toContract } from '../../adapters/shared/image-configuration';
import { EngineError } from '../../domain/errors';
import type { PushedSample } from './image-registry.contract';

/** A container engine whose store is a map of references; a build ends well and makes an image of what it is told. */
export interface MemoryEngine extends Engine {
  /** Puts an image into the store. @returns its digest */
  add(reference: string, sample?: PushedSample): string;
  /** Exit code that builds end with. */
  exitCode: number;
  /** Builds so far. */
  readonly builds: readonly string[];
}

/** Makes an engine whose store is empty. */
export function memoryEngine(): MemoryEngine {
  const store = new Map<string, EngineImage>();
  const builds: string[] = [];
  const hash = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const refuse = async (): Promise<never> => await Promise.reject(new EngineError('there is nothing to get'));
  const engine: MemoryEngine = {
    name: 'buildah',
    builds,
    exitCode: 0,
    add: (reference, sample = {}) => {
      const { config = {}, layers = ['base'] } = sample;
      const parsed = imageConfiguration.parse(config);
      const digest = hash(JSON.stringify([config, layers]));
      store.set(reference, {
        digest,
        contract: toContract(parsed, 'amd64'),
        onBuild: parsed.OnBuild ?? [],
        format: 'oci',
        size: layers.join('').length,
        layers: layers.map((layer) => ({ digest: hash(layer), size: layer.length })),
      });
      return digest;
    },
    inspect: async (reference) => await Promise.resolve(store.get(reference)),
    build: async ({ tag }) => {
      builds.push(tag);
      if (engine.exitCode === 0) engine.add(tag, { layers: ['base', `patch ${builds.length}`] });
      return await Promise.resolve(engine.exitCode);
    },
    tag: async (source, target) => {
      const image = store.get(source);
      if (image === undefined) throw new EngineError(`there is no image ${source}`);
      store.set(target, image);
      await Promise.resolve();
    },
    untag: async (reference) => {
      store.delete(reference);
      await Promise.resolve();
    },
    pull: refuse,
    loadArchive: refuse,
    extract: refuse,
  };
  return engine;
}
