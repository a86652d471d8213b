import { BatchDeleteImageCommand, DescribeImagesCommand, type ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { ImageDescription, ImageRegistry } from '../../domain/ports';
import { checkBase } from '../shared/check-base';
import { toContract } from '../shared/image-configuration';
import { quoted } from '../shared/text';
import { type AwsCall, AwsServiceError, callAws, hasCode } from './aws-error';
import { readConfiguration } from './ecr-configuration';
import type { ImageManifest } from './ecr-manifest';
import { type ListedImage, listImages } from './ecr-inventory';
import { getManifest, resolveImage } from './ecr-manifests';
import { assertRegistry, type EcrReference, imageIdText, parseEcrReference } from './ecr-reference';

/** What the registry is reached with. */
export interface EcrImageRegistryOptions {
  readonly client: ECRClient;
  /** Host name of the client's account and region, e.g. `123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
  readonly registry: string;
}

/** Architecture where the caller says none: that of golden images by default. */
const DEFAULT_ARCHITECTURE = 'amd64';

/**
 * The private ECR registry of one account and region. What is told of an image comes from its manifest and configuration;
 * a list of manifests stands for its image of one architecture. Sizes are those of the compressed layers.
 *
 * Methods throw BadInputError for references of other registries and for manifests that are no image, and AwsServiceError
 * where ECR cannot be had, beside what the port says.
 */
export class EcrImageRegistry implements ImageRegistry {
  private readonly client: ECRClient;
  private readonly registry: string;

  /** @throws BadInputError where the host name is no private registry's */
  constructor(options: EcrImageRegistryOptions) {
    assertRegistry(options.registry);
    this.client = options.client;
    this.registry = options.registry;
  }

  async describe(
    reference: string,
    architecture: string = DEFAULT_ARCHITECTURE,
  ): Promise<ImageDescription | undefined> {
    return (await this.inspect(reference, architecture))?.description;
  }

  /**
   * The parent, where it is in this registry. Of others no more is known than their digest, and that elsewhere
   * (parent-digests.ts): a Lambda has no credentials for them.
   */
  async parentOf({ name, parent, architecture }: GoldenImage): Promise<ImageDescription> {
    if (parent === undefined)
      throw new BadInputError(`golden image ${name} has no parent`, { hint: 'declare it in golden-images.yaml' });
    if (parseEcrReference(this.registry, parent) === undefined)
      throw new BadInputError(`parent ${parent} of golden image ${name} is not in the registry ${this.registry}`, {
        hint: `declare it by a pull through cache rule of ECR, e.g. ${this.registry}/ecr-public/docker/library/debian:12-slim, or copy it into a repository`,
      });
    const found = await this.inspect(parent, architecture);
    if (found === undefined)
      throw new BadInputError(`parent ${parent} of golden image ${name} does not exist`, {
        hint: 'check its repository and tag, and that the role may pull it; behind a pull through cache rule, pull it once, so that its repository exists',
      });
    const { description, onBuild } = found;
    if (description.contract.architecture !== architecture)
      throw new BadInputError(`parent ${parent} is for ${description.contract.architecture}, not for ${architecture}`);
    checkBase(`parent ${parent}`, { contract: description.contract, onBuild });
    return description;
  }

  referenceOf(image: GoldenImage, tag: string): string {
    return `${this.registry}/${image.repository}:${tag}`;
  }

  /**
   * Points a tag at an image of the same repository; where it is there already, nothing changes.
   * @throws BadInputError where there is no such image, or the tag is immutable and another image's
   */
  async tag(source: string, target: string): Promise<void> {
    const [from, to] = [this.parse(source), this.parse(target)];
    if (from.repository !== to.repository || !('imageTag' in to.id))
      throw new BadInputError(`cannot tag ${source} as ${target}`, {
        hint: 'the target must be a tag of the same repository',
      });
    const manifest = await getManifest(this.client, from.repository, from.id);
    if (manifest === undefined) throw new BadInputError(`there is no image ${source}`);
    const command = new PutImageCommand({
      repositoryName: to.repository,
      imageTag: to.id.imageTag,
      imageDigest: manifest.digest,
      imageManifest: manifest.text,
      ...(manifest.mediaType !== undefined && { imageManifestMediaType: manifest.mediaType }),
    });
    try {
      await callAws(call('PutImage', to), async () => await this.client.send(command));
    } catch (error) {
      if (!hasCode(error, 'ImageAlreadyExistsException', 'ImageTagAlreadyExistsException')) throw error;
      const there = await getManifest(this.client, to.repository, to.id);
      if (there?.digest === manifest.digest) return;
      throw new BadInputError(`tag ${target} cannot be moved: it is immutable, and at ${there?.digest ?? 'no image'}`, {
        hint: `exclude ${to.id.imageTag} from the repository's tag immutability, or choose another tag`,
        cause: error,
      });
    }
  }

  /**
   * Takes a tag away; a reference by digest has none to take. An image's last tag stays: ECR deletes an image with it (API, BatchDeleteImage), and with the image
   * its findings. Between the look and the deletion nobody may take the image's other tags; an image that was promoted has
   * an immutable one.
   */
  async untag(reference: string): Promise<void> {
    const parsed = this.parse(reference);
    const { repository, id } = parsed;
    if (!('imageTag' in id)) return;
    const describe = new DescribeImagesCommand({ repositoryName: repository, imageIds: [id] });
    const remove = new BatchDeleteImageCommand({ repositoryName: repository, imageIds: [id] });
    try {
      const { imageDetails } = await callAws(
        call('DescribeImages', parsed),
        async () => await this.client.send(describe),
      );
      if ((imageDetails?.[0]?.imageTags ?? []).length < 2) return;
      const { failures = [] } = await callAws(
        call('BatchDeleteImage', parsed),
        async () => await this.client.send(remove),
      );
      const [failure] = failures.filter(({ failureCode }) => failureCode !== 'ImageNotFound');
      if (failure === undefined) return;
      const cause = Object.assign(new Error(failure.failureReason), { name: failure.failureCode ?? 'ImageFailure' });
      throw new AwsServiceError(call('BatchDeleteImage', parsed), cause);
    } catch (error) {
      if (!hasCode(error, 'ImageNotFoundException', 'RepositoryNotFoundException')) throw error;
    }
  }

  /** All images of a repository, newest push first; none where there is no such repository. */
  async imagesOf(repository: string): Promise<readonly ListedImage[]> {
    try {
      return await listImages(this.client, repository);
    } catch (error) {
      if (hasCode(error, 'RepositoryNotFoundException')) return [];
      throw error;
    }
  }

  private parse(reference: string): EcrReference {
    const parsed = parseEcrReference(this.registry, reference);
    if (parsed !== undefined) return parsed;
    throw new BadInputError(`${quoted(reference)} is not in the registry ${this.registry}`);
  }

  private async inspect(
    reference: string,
    architecture: string,
  ): Promise<{ description: ImageDescription; onBuild: readonly string[] } | undefined> {
    const { repository, id } = this.parse(reference);
    const manifest = await resolveImage(this.client, repository, id, architecture);
    if (manifest === undefined) return undefined;
    const file = await readConfiguration(this.client, repository, manifest);
    return {
      description: {
        reference,
        digest: manifest.digest,
        contract: toContract(file.config ?? {}, file.architecture),
        format: manifest.format,
        size: manifest.layers.reduce((total, layer) => total + layer.size, 0),
        layers: uncompressedLayers(manifest, file.rootfs.diff_ids),
      },
      onBuild: file.config?.OnBuild ?? [],
    };
  }
}

function call(operation: string, { repository, id }: EcrReference): AwsCall {
  return { service: 'ecr', operation, resource: `image ${repository}${imageIdText(id)}` };
}

/** Layers are compared by what they hold and not by how they were compressed; sizes are the manifest's. */
function uncompressedLayers({ layers }: ImageManifest, diffIds: readonly string[]): ImageDescription['layers'] {
  const hasSizes = layers.length === diffIds.length;
  return diffIds.map((digest, index) => {
    const size = hasSizes ? layers[index]?.size : undefined;
    return { digest, ...(size !== undefined && { size }) };
  });
}
