import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ImageLayers, ImageTags } from '../../domain/ports';
import { resolveImage } from './ecr-manifests';

/**
 * The layers of images in the account's ECR registry.
 * @param architecture that is chosen in a list where the caller says none
 */
export function makeEcrImageLayers(client: ECRClient, architecture = 'amd64'): ImageLayers {
  return {
    layersOf: async (repository, digest, wanted = architecture) => {
      const image = await resolveImage(client, repository, { imageDigest: digest }, wanted);
      return image?.layers.map((layer) => layer.digest);
    },
  };
}

/** What tags of the account's ECR registry point at. */
export function makeEcrImageTags(client: ECRClient): ImageTags {
  return {
    digestOf: async (repository, tag, architecture) =>
      (await resolveImage(client, repository, { imageTag: tag }, architecture))?.digest,
  };
}
