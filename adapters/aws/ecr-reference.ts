import { IMAGE_TAG } from '../../domain/config/image-tag';
import { ecrRegistry } from '../../domain/config/partition';
import { BadInputError } from '../../domain/errors';
import { REPOSITORY_NAME } from '../../domain/finding/repository-name';
import { quoted } from '../shared/text';

/** Which image of a repository is meant. */
export type EcrImageId = { readonly imageTag: string } | { readonly imageDigest: string };

/** An image reference taken apart. */
export interface EcrReference {
  readonly repository: string;
  readonly id: EcrImageId;
}

/** Host name of a private registry's dual-stack endpoint (ECR, "Getting started with making requests over IPv6"). */
const DUAL_STACK = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.on\.aws$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** @throws BadInputError where the text is not the host name of a private ECR registry */
export function assertRegistry(registry: string): void {
  if (ecrRegistry(registry) === undefined && !DUAL_STACK.test(registry))
    throw new BadInputError(`${quoted(registry)} is not a private ECR registry`, {
      hint: 'it must be like 123456789012.dkr.ecr.eu-central-1.amazonaws.com',
    });
}

/**
 * Takes `<registry>/<repository>:<tag>` or `…@<digest>` apart; where both are said, the digest counts, and where neither
 * is, the tag is `latest`, as for docker.
 * @returns undefined where the reference is of another registry
 * @throws BadInputError where the rest is no repository, tag or digest
 */
export function parseEcrReference(registry: string, reference: string): EcrReference | undefined {
  if (!reference.startsWith(`${registry}/`)) return undefined;
  const [path = '', digest] = reference.slice(registry.length + 1).split('@', 2);
  const colon = path.lastIndexOf(':');
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? 'latest' : path.slice(colon + 1);
  const isGood =
    REPOSITORY_NAME.test(repository) && IMAGE_TAG.test(tag) && (digest === undefined || DIGEST.test(digest));
  if (!isGood)
    throw new BadInputError(`${quoted(reference)} is not an image reference`, {
      hint: `it must be ${registry}/<repository>:<tag> or ${registry}/<repository>@sha256:<64 hexadecimal digits>`,
    });
  return { repository, id: digest === undefined ? { imageTag: tag } : { imageDigest: digest } };
}

/** An image id for people: `:stable` or `@sha256:…`. */
export function imageIdText(id: EcrImageId): string {
  return 'imageTag' in id ? `:${id.imageTag}` : `@${id.imageDigest}`;
}
