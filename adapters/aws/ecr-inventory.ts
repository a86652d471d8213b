import {
  BatchGetImageCommand,
  type ECRClient,
  paginateDescribeImages,
  paginateDescribeRepositories,
} from '@aws-sdk/client-ecr';
import { BadInputError } from '../../domain/errors';
import { type AwsCall, callAws } from './aws-error';
import { ACCEPTED_MEDIA_TYPES, type ImageManifest, type ManifestList, parseManifest } from './ecr-manifest';

/** An image as its repository lists it. */
export interface ListedImage {
  readonly digest: string;
  /** Sorted; none where it is untagged. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt: string;
}

/** Layers of an image, one list per image of a list of manifests; or why they could not be read. */
export type ReadLayers = { readonly layers: readonly (readonly string[])[] } | { readonly unreadable: string };

/** Most images of one BatchGetImage (ECR API). */
const BATCH_LIMIT = 100;
/** How many lists may stand within each other. */
const LIST_DEPTH_LIMIT = 3;

/** Names of all repositories of the account's registry in the region, sorted. @throws AwsServiceError */
export async function listRepositories(client: ECRClient): Promise<string[]> {
  const call: AwsCall = { service: 'ecr', operation: 'DescribeRepositories', resource: 'the registry' };
  return await callAws(call, async () => {
    const names: string[] = [];
    for await (const { repositories = [] } of paginateDescribeRepositories({ client, pageSize: 1000 }, {}))
      names.push(...repositories.flatMap(({ repositoryName }) => repositoryName ?? []));
    return names.sort();
  });
}

/** All images of a repository, newest push first. @throws AwsServiceError, also where there is no such repository */
export async function listImages(client: ECRClient, repositoryName: string): Promise<ListedImage[]> {
  const call: AwsCall = { service: 'ecr', operation: 'DescribeImages', resource: `repository ${repositoryName}` };
  return await callAws(call, async () => {
    const all: ListedImage[] = [];
    for await (const { imageDetails = [] } of paginateDescribeImages({ client, pageSize: 1000 }, { repositoryName }))
      for (const { imageDigest: digest, imageTags = [], imagePushedAt } of imageDetails)
        if (digest !== undefined)
          all.push({ digest, tags: [...imageTags].sort(), pushedAt: (imagePushedAt ?? new Date(0)).toISOString() });
    return all.sort((left, right) => compare(right.pushedAt, left.pushedAt) || compare(left.digest, right.digest));
  });
}

/**
 * The layers of many images of a repository by their manifests, a hundred at a time. Of a list of manifests every image for
 * Linux is read. What cannot be read is told per image, and does not keep the others from being read.
 * @throws AwsServiceError where ECR cannot be had
 */
export async function readLayers(
  client: ECRClient,
  repository: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, ReadLayers>> {
  const known = new Map<string, ReadManifest>();
  let missing = [...new Set(digests)];
  for (let depth = 0; depth < LIST_DEPTH_LIMIT && missing.length > 0; depth++) {
    for (let start = 0; start < missing.length; start += BATCH_LIMIT)
      for (const [digest, manifest] of await readBatch(client, repository, missing.slice(start, start + BATCH_LIMIT)))
        known.set(digest, manifest);
    const parts = missing.flatMap((digest) => partsOf(known.get(digest)));
    missing = [...new Set(parts)].filter((digest) => !known.has(digest));
  }
  return new Map(digests.map((digest) => [digest, layersOf(digest, known, LIST_DEPTH_LIMIT)]));
}

type ReadManifest = ImageManifest | ManifestList | { readonly kind: 'unreadable'; readonly why: string };

async function readBatch(
  client: ECRClient,
  repository: string,
  digests: readonly string[],
): Promise<[string, ReadManifest][]> {
  const command = new BatchGetImageCommand({
    repositoryName: repository,
    imageIds: digests.map((imageDigest) => ({ imageDigest })),
    acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES],
  });
  const call: AwsCall = { service: 'ecr', operation: 'BatchGetImage', resource: `repository ${repository}` };
  const { images = [], failures = [] } = await callAws(call, async () => await client.send(command));
  return [
    ...failures.flatMap(({ imageId, failureReason, failureCode }): [string, ReadManifest][] => {
      const why = failureReason ?? failureCode ?? 'ECR does not say why';
      return imageId?.imageDigest === undefined ? [] : [[imageId.imageDigest, { kind: 'unreadable', why }]];
    }),
    ...images.flatMap(({ imageId, imageManifest, imageManifestMediaType }): [string, ReadManifest][] => {
      const digest = imageId?.imageDigest;
      return digest === undefined || imageManifest === undefined
        ? []
        : [[digest, parsed(`${repository}@${digest}`, imageManifestMediaType, imageManifest)]];
    }),
  ];
}

function parsed(what: string, mediaType: string | undefined, text: string): ReadManifest {
  try {
    return parseManifest(what, mediaType, text);
  } catch (error) {
    if (error instanceof BadInputError) return { kind: 'unreadable', why: error.message };
    throw error;
  }
}

/** Digests of a list's images for Linux; attestations, which stand in lists too, are for no system. */
function partsOf(manifest: ReadManifest | undefined): string[] {
  if (manifest?.kind !== 'list') return [];
  return manifest.manifests
    .filter(({ platform }) => platform === undefined || platform.os === 'linux')
    .map(({ digest }) => digest);
}

function layersOf(digest: string, known: ReadonlyMap<string, ReadManifest>, depth: number): ReadLayers {
  const manifest = known.get(digest);
  if (manifest === undefined) return { unreadable: 'ECR did not give its manifest' };
  if (manifest.kind === 'unreadable') return { unreadable: manifest.why };
  if (manifest.kind === 'image') return { layers: [manifest.layers.map((layer) => layer.digest)] };
  if (depth === 0) return { unreadable: `it is a list within more than ${LIST_DEPTH_LIMIT} lists` };
  const parts = partsOf(manifest).map((part) => layersOf(part, known, depth - 1));
  const readable = parts.flatMap((part) => ('layers' in part ? part.layers : []));
  const [problem] = parts.flatMap((part) => ('unreadable' in part ? part.unreadable : []));
  return readable.length === 0
    ? { unreadable: problem ?? 'it is a list of manifests without an image for Linux' }
    : { layers: readable };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
