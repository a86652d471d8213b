import type { ECRClient } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { BadInputError } from '../../domain/errors';
import { imageConfiguration } from '../shared/image-configuration';
import { downloadBlob } from './ecr-blob';
import type { ImageManifest } from './ecr-manifest';

/** An image's configuration (OCI image-spec, config.md). */
const configurationFile = z.looseObject({
  architecture: z.string(),
  os: z.string().default('linux'),
  config: imageConfiguration.nullish(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()) }),
});

/** An image's configuration, as far as it is read. */
export type ImageConfigurationFile = z.infer<typeof configurationFile>;

/**
 * Reads the configuration that an image's manifest names.
 * @throws BadInputError where it is malformed, or not what its digest says
 * @throws AwsServiceError where it cannot be had
 */
export async function readConfiguration(
  client: ECRClient,
  repository: string,
  { digest, config }: Pick<ImageManifest, 'config'> & { readonly digest: string },
): Promise<ImageConfigurationFile> {
  const bytes = await downloadBlob(client, repository, config);
  try {
    return configurationFile.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new BadInputError(`the configuration of ${repository}@${digest} is malformed`, { cause });
  }
}
