import type { SizedImage } from '../../../domain/contract/image-size';
import type { ImageContract } from '../../../domain/contract/image-contract';

/** Container engines that the local mode can drive. */
export const ENGINE_NAMES = ['buildah', 'podman', 'docker'] as const;

/** A container engine. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What an engine says about an image in its store. */
export interface EngineImage extends SizedImage {
  /** `sha256:…` of the manifest; of the configuration where the store keeps no manifest (docker). */
  readonly digest: string;
  readonly contract: ImageContract;
  /** ONBUILD instructions, which a build from this image would run. */
  readonly onBuild: readonly string[];
  /** Format of its manifest; docker's carries HEALTHCHECK and SHELL, OCI's does not. */
  readonly format: 'oci' | 'docker';
}

/** One build from a context directory that holds a Dockerfile. */
export interface EngineBuild {
  readonly context: string;
  /** Reference that the result is tagged with. */
  readonly tag: string;
  /** Format of the result's manifest. */
  readonly format: 'oci' | 'docker';
  /** Gets everything that the build prints. */
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
}

/** A container engine's image store and builder. */
export interface Engine {
  readonly name: EngineName;
  /** @returns the image, or undefined where the store does not have it */
  inspect(reference: string): Promise<EngineImage | undefined>;
  /** Fetches an image from its registry. @throws EngineError where that fails */
  pull(reference: string): Promise<void>;
  /** Loads an OCI or docker archive and tags it. @throws EngineError */
  loadArchive(path: string, format: 'oci-archive' | 'docker-archive', reference: string): Promise<void>;
  /** @returns the build's exit code; the script's own where the engine passes it on */
  build(build: EngineBuild): Promise<number>;
  tag(source: string, target: string): Promise<void>;
  /** Takes a tag away; the image goes too where it was its last. Does nothing where there is no such tag. */
  untag(reference: string): Promise<void>;
  /** Copies those of the paths that exist (files or directories, relative to the image's root) below `destination`. */
  extract(reference: string, paths: readonly string[], destination: string): Promise<void>;
}
