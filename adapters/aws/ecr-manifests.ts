import { BatchGetImageCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { BadInputError } from '../../domain/errors';
import { type AwsCall, AwsServiceError, callAws, hasCode } from './aws-error';
import { ACCEPTED_MEDIA_TYPES, chooseManifest, type ImageManifest, parseManifest } from './ecr-manifest';
import { type EcrImageId, imageIdText } from './ecr-reference';

/** A manifest as ECR has it. */
export interface StoredManifest {
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  readonly mediaType: string | undefined;
  readonly text: string;
}

/** Largest manifest that is read, in bytes: some four times what PutImage takes (API, imageManifest). */
const MANIFEST_BYTES_LIMIT = 16 * 1024 * 1024;
/** How many lists may stand within each other. */
const LIST_DEPTH_LIMIT = 3;

/**
 * The manifest of an image, byte by byte.
 * @returns undefined where there is no such image or repository
 * @throws BadInputError where it is over 16 MB
 * @throws AwsServiceError where ECR cannot be had, or cannot read the image
 */
export async function getManifest(
  client: ECRClient,
  repository: string,
  id: EcrImageId,
): Promise<StoredManifest | undefined> {
  const what = `${repository}${imageIdText(id)}`;
  const call: AwsCall = { service: 'ecr', operation: 'BatchGetImage', resource: `image ${what}` };
  const command = new BatchGetImageCommand({
    repositoryName: repository,
    imageIds: [id],
    acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES],
  });
  try {
    const { images = [], failures = [] } = await callAws(call, async () => await client.send(command));
    const [image] = images;
    const [failure] = failures;
    if (image?.imageManifest !== undefined && image.imageId?.imageDigest !== undefined) {
      if (Buffer.byteLength(image.imageManifest) > MANIFEST_BYTES_LIMIT)
        throw new BadInputError(`the manifest of ${what} is over ${MANIFEST_BYTES_LIMIT} bytes`);
      const { imageManifest: text, imageManifestMediaType: mediaType } = image;
      return { digest: image.imageId.imageDigest, mediaType, text };
    }
    if (failure === undefined || failure.failureCode === 'ImageNotFound') return undefined;
    const cause = new Error(failure.failureReason ?? 'no reason was given');
    throw new AwsServiceError(call, Object.assign(cause, { name: failure.failureCode ?? 'ImageFailure' }));
  } catch (error) {
    if (hasCode(error, 'RepositoryNotFoundException', 'ImageNotFoundException')) return undefined;
    throw error;
  }
}

/**
 * The manifest of one image; a list is followed to its image for Linux on the architecture.
 * @returns the manifest and its own digest; undefined where there is no such image
 * @throws BadInputError where the manifest cannot be read, or the list has no image for the architecture, or names one
 *   that is not there
 */
export async function resolveImage(
  client: ECRClient,
  repository: string,
  id: EcrImageId,
  architecture: string,
): Promise<(ImageManifest & { readonly digest: string }) | undefined> {
  let next = id;
  for (let depth = 0; depth <= LIST_DEPTH_LIMIT; depth++) {
    const what = `${repository}${imageIdText(next)}`;
    const stored = await getManifest(client, repository, next);
    if (stored === undefined) {
      if (depth === 0) return undefined;
      throw new BadInputError(`${what}, which a list of manifests names, is not in the repository`, {
        hint: 'push the list again with all its images',
      });
    }
    const manifest = parseManifest(what, stored.mediaType, stored.text);
    if (manifest.kind === 'image') return { ...manifest, digest: stored.digest };
    next = { imageDigest: chooseManifest(what, manifest, architecture) };
  }
  throw new BadInputError(`${repository}${imageIdText(id)} is a list within more than ${LIST_DEPTH_LIMIT} lists`);
}
