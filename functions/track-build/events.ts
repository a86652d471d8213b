import { z } from 'zod';

const envelope = {
  id: z.string().max(256).optional(),
  account: z.string().optional(),
  region: z.string().optional(),
};

/** EventBridge's event of a build whose state changed (EC2 Image Builder, "EventBridge integration"). It names no pipeline. */
export const buildChange = z.object({
  ...envelope,
  source: z.literal('aws.imagebuilder'),
  'detail-type': z.literal('EC2 Image Builder Image State Change'),
  resources: z.tuple([z.string().min(1).max(2048)]),
  detail: z.object({ state: z.object({ status: z.string().max(64) }) }),
});

/** EventBridge's event of a completed scan (Inspector, "Amazon EventBridge event schema"); the repository's name is an ARN. */
export const imageScan = z.object({
  ...envelope,
  source: z.literal('aws.inspector2'),
  'detail-type': z.literal('Inspector2 Scan'),
  detail: z.object({
    'scan-status': z.string().max(64),
    // Absent of an instance, which has first scans, too.
    'repository-name': z.string().min(1).max(2048).optional(),
    'image-digest': z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .optional(),
  }),
});

/** Either event that track-build is for. */
export const trackEvent = z.discriminatedUnion('source', [buildChange, imageScan]);

/** Either event that track-build is for. */
export type TrackEvent = z.infer<typeof trackEvent>;

/** ARN of an ECR repository (IAM, "Resource types defined by Amazon ECR"). */
const REPOSITORY_ARN = /^arn:[a-z-]+:ecr:(?<region>[a-z0-9-]+):(?<account>\d{12}):repository\/(?<name>.+)$/;

/** A repository, by its ARN; undefined where the text is none. */
export function parseRepositoryArn(
  arn: string,
): { readonly region: string; readonly account: string; readonly name: string } | undefined {
  const { region, account, name } = REPOSITORY_ARN.exec(arn)?.groups ?? {};
  return region === undefined || account === undefined || name === undefined ? undefined : { region, account, name };
}

/** ARN of a build of an image (Image Builder API, GetImage). */
const BUILD_ARN =
  /^arn:[a-z-]+:imagebuilder:(?<region>[a-z0-9-]+):(?<account>\d{12}):image\/(?<recipe>[a-z0-9-_]+)\/\d+\.\d+\.\d+\/\d+$/;

/** A build, by its ARN; `recipe` is the name as it stands there. Undefined where the text is no build's ARN. */
export function parseBuildArn(
  arn: string,
): { readonly region: string; readonly account: string; readonly recipe: string } | undefined {
  const { region, account, recipe } = BUILD_ARN.exec(arn)?.groups ?? {};
  return region === undefined || account === undefined || recipe === undefined
    ? undefined
    : { region, account, recipe };
}
