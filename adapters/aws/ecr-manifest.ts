import { z } from 'zod';
import { BadInputError } from '../../domain/errors';

/** Media types of images (OCI image-spec, manifest.md; docker's manifest v2 schema 2). */
export const IMAGE_TYPES: ReadonlyMap<string, 'oci' | 'docker'> = new Map([
  ['application/vnd.oci.image.manifest.v1+json', 'oci'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'docker'],
]);
/** Media types of lists of images, one per platform. */
const LIST_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
/** What BatchGetImage is asked for: everything that can be read here. */
export const ACCEPTED_MEDIA_TYPES: readonly string[] = [...IMAGE_TYPES.keys(), ...LIST_TYPES];

/** Types of an image's configuration; others, such as a chart's or a signature's, make the manifest no image. */
const CONFIG_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const descriptor = z.looseObject({ mediaType: z.string().optional(), digest, size: z.number().int().min(0) });
const imageManifest = z.looseObject({ config: descriptor, layers: z.array(descriptor) });
const manifestList = z.looseObject({
  manifests: z.array(
    z.looseObject({
      digest,
      platform: z.looseObject({ architecture: z.string(), os: z.string() }).optional(),
    }),
  ),
});

/** One blob that a manifest names. */
export interface Blob {
  readonly digest: string;
  /** Bytes as stored. */
  readonly size: number;
}

/** The manifest of one image. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly format: 'oci' | 'docker';
  readonly config: Blob;
  /** First to last, as stored: compressed. */
  readonly layers: readonly Blob[];
}

/** A list of manifests, one per platform. */
export interface ManifestList {
  readonly kind: 'list';
  readonly manifests: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture: string; readonly os: string } | undefined;
  }[];
}

/**
 * Reads a manifest of ECR.
 * @param what the image, for messages
 * @throws BadInputError where its type is unknown, or it is not what its type says
 */
export function parseManifest(what: string, mediaType: string | undefined, text: string): ImageManifest | ManifestList {
  const json = parsedJson(what, text);
  const type = mediaType ?? typeWithin(json);
  const format = IMAGE_TYPES.get(type ?? '');
  if (format !== undefined) {
    const { config, layers } = checked(what, imageManifest, json);
    if (config.mediaType !== undefined && !CONFIG_TYPES.has(config.mediaType))
      throw new BadInputError(`${what} is no container image: its configuration is of type ${config.mediaType}`);
    return { kind: 'image', format, config, layers };
  }
  if (LIST_TYPES.has(type ?? '')) return { kind: 'list', manifests: checked(what, manifestList, json).manifests };
  throw new BadInputError(`${what} has a manifest of type ${JSON.stringify(type)}, which is not known`, {
    hint: 'push it again with a current client, as an OCI or docker v2 schema 2 image',
  });
}

/** A list of manifests that has no image for the architecture. */
export class NoImageForArchitectureError extends BadInputError {
  override readonly name: string = 'NoImageForArchitectureError';
}

/** Digest of a list's image for Linux on an architecture. @throws NoImageForArchitectureError where there is none */
export function chooseManifest(what: string, list: ManifestList, architecture: string): string {
  const platforms = list.manifests.flatMap(({ platform }) => (platform === undefined ? [] : [platform]));
  const chosen = list.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (chosen !== undefined) return chosen.digest;
  const all = platforms.map((platform) => `${platform.os}/${platform.architecture}`).join(', ');
  throw new NoImageForArchitectureError(`${what} has no image for linux/${architecture}; it has ${all || 'none'}`, {
    hint: 'say the architecture of the golden image in golden-images.yaml, or push an image for it',
  });
}

function parsedJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadInputError(`the manifest of ${what} is not JSON`, { cause });
  }
}

function typeWithin(json: unknown): string | undefined {
  const { data } = z.looseObject({ mediaType: z.string() }).safeParse(json);
  return data?.mediaType;
}

function checked<T>(what: string, schema: z.ZodType<T>, json: unknown): T {
  const { data, error } = schema.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  throw new BadInputError(
    `the manifest of ${what} is malformed: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
