import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { ImageDescription, ImageRegistry } from '../../domain/ports';
import { checkBase } from '../shared/check-base';
import { importBase } from './base-image';
import type { Engine } from './engine/engine';

/** Registry part of the references under which patched images live in the engine's store. */
const LOCAL_REGISTRY = 'localhost';

/** What the engine's store is asked with. */
export interface EngineRegistryOptions {
  readonly engine: Engine;
  /** Base to build from instead of an image's parent: a reference, an archive or a root filesystem tar. */
  readonly base?: string;
  /** Reference or tag that promotion moves, instead of `localhost/<repository>:<floatingTag>`. */
  readonly tag?: string;
  readonly onProgress?: (message: string) => void;
}

/** The container engine's own store as the registry. */
export function makeEngineRegistry(options: EngineRegistryOptions): ImageRegistry {
  const { engine, tag } = options;
  const parents = new Map<string, Promise<ImageDescription>>();

  async function describe(reference: string): Promise<ImageDescription | undefined> {
    const image = await engine.inspect(reference);
    return image === undefined ? undefined : { reference, ...image };
  }

  async function parent(image: GoldenImage): Promise<ImageDescription> {
    const base = options.base ?? image.parent;
    if (base === undefined)
      throw new BadInputError(`golden image ${image.name} has no base to build from`, {
        hint: 'say --base <reference, archive or tar>, or declare the image with its parent in golden-images.yaml',
      });
    const reference = await importBase(engine, base, image, options.onProgress);
    const found = await engine.inspect(reference);
    if (found === undefined) throw new BadInputError(`base ${base} is not in the store of ${engine.name}`);
    checkBase(`base ${base}`, found);
    return { reference, ...found };
  }

  return {
    describe,
    referenceOf: (image, name) => {
      const repository = `${LOCAL_REGISTRY}/${image.repository}`;
      if (tag === undefined || name !== image.floatingTag) return `${repository}:${name}`;
      return /[/:]/.test(tag) ? tag : `${repository}:${tag}`;
    },
    parentOf: async (image) => {
      const known = parents.get(image.name) ?? parent(image);
      parents.set(image.name, known);
      return await known;
    },
    tag: async (source, target) => {
      await engine.tag(source, target);
    },
    untag: async (reference) => {
      await engine.untag(reference);
    },
  };
}
