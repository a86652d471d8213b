import type { ECRClient } from '@aws-sdk/client-ecr';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import { makeEcrImageTags } from './ecr-image-layers';
import { listImages } from './ecr-inventory';

/**
 * Digest that a golden image's floating tag points at. Of a list of manifests it is that of the image for the architecture;
 * where the list has none, or the manifest is of no known type, that of the list or manifest itself: it is something else than
 * was promoted, and that is all that is to be known.
 * @returns undefined where there is no such tag, or no such repository
 * @throws AwsServiceError where ECR cannot be had
 */
export async function floatingDigest(
  client: ECRClient,
  { repository, floatingTag, architecture }: Pick<GoldenImage, 'repository' | 'floatingTag' | 'architecture'>,
): Promise<string | undefined> {
  try {
    return await makeEcrImageTags(client).digestOf(repository, floatingTag, architecture);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return (await listImages(client, repository)).find(({ tags }) => tags.includes(floatingTag))?.digest;
  }
}
