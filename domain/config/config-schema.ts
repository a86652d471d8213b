import { z } from 'zod';
import { ECOSYSTEM_IDS } from '../ecosystems/ecosystem';
import { REPOSITORY_NAME } from '../finding/repository-name';
import { IMAGE_USER } from '../contract/image-user';
import { environmentKeys, environmentName } from './environment-schema';
import { IMAGE_TAG, isReservedTag } from './image-tag';
import { AUTHORS } from '../author/proposal';
import { modelKeys } from '../author/model-config';
import { exceptionKeys } from '../policy/exception';
import { policyKeys } from '../policy/policy';

const imageName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    'must be 1 to 64 characters of a-z, 0-9, ".", "_", "-", and begin and end with a letter or digit',
  );
const repositoryName = z
  .string()
  .min(2)
  .max(256)
  .regex(REPOSITORY_NAME, 'is not an ECR repository name: lower-case words joined by "/", "-", "_" or "."');
/** Reference grammar of the OCI distribution specification, a little narrower. */
const imageReference = z
  .string()
  .max(512)
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9._/:-]*(?:@sha256:[0-9a-f]{64})?$/,
    'is not an image reference such as public.ecr.aws/docker/library/debian:12-slim',
  );
const floatingTag = z
  .string()
  .regex(IMAGE_TAG, 'is not an image tag')
  .refine((tag) => !isReservedTag(tag), 'is a tag that the system uses itself: candidates and <date>.<n>');

/** What the patched image must keep, beside the base's own configuration. */
export const contractKeys = z.strictObject({
  user: z
    .string()
    .regex(IMAGE_USER, 'is not a user, uid, or either with a group')
    .optional()
    .describe(
      "USER that the image must have. Default: the base's; on AWS it has to be said where that is not known to be root.",
    ),
  workdir: z
    .string()
    .regex(/^\/[A-Za-z0-9._/-]{0,255}$/, 'is not an absolute path')
    .optional()
    .describe("WORKDIR that the image must have. Default: the base's; with injection inline, /."),
  maximumGrowthPercent: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      'How much larger than the current image the patched one may be, in percent of its layers. A patch layer that replaces every file doubles an image. Default 150.',
    ),
});

/** One golden image. */
export const imageKeys = z.strictObject({
  name: imageName.describe('Stable id of the golden image.'),
  repository: repositoryName.describe('ECR repository, without registry.'),
  parent: imageReference.describe('Upstream image that this golden image is built FROM.'),
  platform: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_ .-]{1,63}$/, 'is not a platform such as DEBIAN_12')
    .optional()
    .describe("Inspector's platform string. Default: from the findings, else from the base's os-release."),
  ecosystem: z
    .enum(ECOSYSTEM_IDS)
    .optional()
    .describe(
      "Package manager to patch with, e.g. microdnf for ubi-minimal. Default: the one that is in the base, else the platform's usual one.",
    ),
  architecture: z.enum(['amd64', 'arm64']).optional().describe('Default amd64.'),
  floatingTag: floatingTag.optional().describe('Tag that promotion moves. Default stable.'),
  releasever: z
    .string()
    .regex(
      /^(?:latest|\d{4}(?:\.\d{1,2}\.\d{8})?)$/,
      'must be "latest" or an Amazon Linux release such as 2023.5.20240819',
    )
    .optional()
    .describe('Amazon Linux 2023 only: the release whose repositories are used. Default latest.'),
  policy: policyKeys.optional().describe('Policy of this image; keys left out come from the policy for all images.'),
  contract: contractKeys.optional(),
  injection: z
    .enum(['staged', 'inline'])
    .optional()
    .describe(
      'How EC2 Image Builder gets the patch into the image. staged: fetched in a throwaway first stage, nothing is left behind. inline: within the image itself; apt, dnf, yum and zypper only. Default staged.',
    ),
  dockerfile: z
    .string()
    .regex(/^[A-Za-z0-9_.][A-Za-z0-9_./-]{0,255}$/, 'is not a path relative to this file')
    .optional()
    .describe(
      'Own Dockerfile template, relative to this file, with the one line "# golden-images: patch" where the patch goes. Default: the parent and the patch.',
    ),
  imageTests: z
    .boolean()
    .optional()
    .describe(
      "Whether EC2 Image Builder runs the test component, which needs apt, dnf, yum or zypper in the image. Default: by the image's package manager.",
    ),
});

/** `golden-images.yaml`, version 1. */
export const configKeys = z.strictObject({
  version: z.literal(1),
  images: z.array(imageKeys).min(1, 'declares no image').max(300),
  policy: policyKeys.optional().describe('Policy for all images.'),
  exceptions: z.array(exceptionKeys).max(10_000).optional().describe('Accepted risks.'),
  author: z
    .enum(AUTHORS)
    .optional()
    .describe('Who writes the patch commands. Default: rules in the CLI, bedrock-then-rules in the Lambdas.'),
  model: modelKeys.optional().describe('The model that the author bedrock asks.'),
  environments: z
    .record(environmentName, environmentKeys)
    .optional()
    .describe('Deployment environments; the variable ENVIRONMENT picks one.'),
});

/** The image's contract as declared. */
export type ContractConfig = z.infer<typeof contractKeys>;
/** One golden image as declared. */
export type ImageConfig = z.infer<typeof imageKeys>;
/** `golden-images.yaml` as declared. */
export type GoldenImagesConfig = z.infer<typeof configKeys>;
