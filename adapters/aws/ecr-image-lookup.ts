import { DescribeImagesCommand, type ECRClient, type ImageDetail } from '@aws-sdk/client-ecr';
import { BadInputError } from '../../domain/errors';
import type { ImageLookup, RegisteredImage, UnusableImage } from '../../domain/ports';
import { callAws, hasCode } from './aws-error';
import { readConfiguration } from './ecr-configuration';
import { NoImageForArchitectureError } from './ecr-manifest';
import { resolveImage } from './ecr-manifests';

/**
 * Looks images up in the account's ECR registry: DescribeImages for tags and time, BatchGetImage for the manifest, and the
 * configuration that it names.
 *
 * It throws AwsServiceError where ECR cannot be had or refuses; what no retry would change is told and not thrown.
 */
export function makeEcrImageLookup(client: ECRClient): ImageLookup {
  return {
    lookUp: async (repository, digest, architecture) => {
      const detail = await describeDigest(client, repository, digest);
      if (detail === undefined) return notFound(repository, digest);
      try {
        return await read(client, repository, { digest, architecture, detail });
      } catch (error) {
        if (error instanceof NoImageForArchitectureError)
          return { unusable: 'architecture-mismatch', detail: error.message };
        if (error instanceof BadInputError) return { unusable: 'manifest-not-supported', detail: error.message };
        if (hasCode(error, 'LayersNotFoundException'))
          return {
            unusable: 'manifest-not-supported',
            detail: `the configuration of ${repository}@${digest} is not in the registry`,
          };
        throw error;
      }
    },
  };
}

async function read(
  client: ECRClient,
  repository: string,
  { digest, architecture, detail }: { digest: string; architecture: string; detail: ImageDetail },
): Promise<RegisteredImage | UnusableImage> {
  const manifest = await resolveImage(client, repository, { imageDigest: digest }, architecture);
  if (manifest === undefined) return notFound(repository, digest);
  const configuration = await readConfiguration(client, repository, manifest);
  return {
    digest,
    tags: [...(detail.imageTags ?? [])].sort(),
    ...(detail.imagePushedAt !== undefined && { pushedAt: detail.imagePushedAt.toISOString() }),
    os: configuration.os,
    architecture: configuration.architecture,
    layers: manifest.layers.map((layer) => layer.digest),
    labels: configuration.config?.Labels ?? {},
  };
}

function notFound(repository: string, digest: string): UnusableImage {
  return { unusable: 'image-not-found', detail: `${repository}@${digest} is not in the registry any more` };
}

async function describeDigest(
  client: ECRClient,
  repositoryName: string,
  imageDigest: string,
): Promise<ImageDetail | undefined> {
  const command = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageDigest }] });
  try {
    const { imageDetails = [] } = await callAws(
      { service: 'ecr', operation: 'DescribeImages', resource: `image ${repositoryName}@${imageDigest}` },
      async () => await client.send(command),
    );
    return imageDetails[0];
  } catch (error) {
    if (hasCode(error, 'ImageNotFoundException', 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}
