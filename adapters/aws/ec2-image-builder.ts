import {
  GetImageCommand,
  type Image,
  type ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder';
import type { GoldenImage } from '../../domain/config/golden-image';
import { CANDIDATE_TAG } from '../../domain/config/image-tag';
import { BuildRefusedError, GoldenImagesError } from '../../domain/errors';
import type { BuildRequest, BuildStatus, ImageBuilder, ImageRegistry } from '../../domain/ports';
import { quoted } from '../shared/text';
import { AwsServiceError, callAws, hasCode } from './aws-error';
import { failedBuild } from './failed-build';
import type { S3BuildLogs } from './s3-build-logs';

/** What builds are started with. */
export interface Ec2ImageBuilderOptions {
  readonly client: ImagebuilderClient;
  /** ARN of an image's pipeline; undefined where it has none. */
  readonly pipelineArnOf: (image: GoldenImage) => string | undefined;
  /** Tells the digest of what was pushed: Image Builder itself tells tags only. Absent where builds are only started. */
  readonly registry?: Pick<ImageRegistry, 'describe'>;
  /** Keeps the logs of builds that have ended. Absent: they have none. */
  readonly logs?: Pick<S3BuildLogs, 'keep'>;
}

/** ARN of one build of an image (Image Builder API, GetImage). */
const BUILD_ARN =
  /^arn:aws[^:]*:imagebuilder:[^:]+:(?:\d{12}|aws):image\/(?<recipe>[a-z0-9-_]+)\/(?<version>\d+\.\d+\.\d+)\/(?<number>\d+)$/;
/** What Image Builder takes as a client token: up to 64 characters. */
const PATCH_ID = /^[0-9a-f]{64}$/;

/**
 * Builds by an EC2 Image Builder pipeline. The patch id is the client token: the same patch starts one build, however
 * often it is asked for. What to run is not said: the build reads it from the image's parameter. Once a build has ended
 * its log is kept, where there is one.
 *
 * Methods throw AwsServiceError where Image Builder cannot be had, beside what the port says.
 */
export class Ec2ImageBuilder implements ImageBuilder {
  private readonly options: Ec2ImageBuilderOptions;

  constructor(options: Ec2ImageBuilderOptions) {
    this.options = options;
  }

  /** @throws BuildRefusedError also where the image has no pipeline, or the patch id is no SHA-256 */
  async start({ image, patchId }: BuildRequest): Promise<string> {
    const { client, pipelineArnOf } = this.options;
    const imagePipelineArn = pipelineArnOf(image);
    if (imagePipelineArn === undefined)
      throw new BuildRefusedError(`golden image ${image.name} has no image pipeline`, {
        hint: 'deploy the stack of the images after golden-images.yaml was changed',
      });
    if (!PATCH_ID.test(patchId)) throw new BuildRefusedError(`${quoted(patchId)} is not a patch id`);
    const command = new StartImagePipelineExecutionCommand({ imagePipelineArn, clientToken: patchId });
    const call = {
      service: 'imagebuilder',
      operation: 'StartImagePipelineExecution',
      resource: `pipeline ${imagePipelineArn}`,
    } as const;
    const { imageBuildVersionArn } = await callAws(call, async () => await client.send(command)).catch(
      (error: unknown) => {
        throw hasStartedNothing(error)
          ? new BuildRefusedError(error.message, { hint: error.hint, cause: error })
          : error;
      },
    );
    if (imageBuildVersionArn === undefined)
      throw new GoldenImagesError('internal', `Image Builder told no build of pipeline ${imagePipelineArn}`);
    return imageBuildVersionArn;
  }

  async get(buildId: string): Promise<BuildStatus | undefined> {
    const { recipe, version, number } = BUILD_ARN.exec(buildId)?.groups ?? {};
    if (recipe === undefined || version === undefined || number === undefined) return undefined;
    const command = new GetImageCommand({ imageBuildVersionArn: buildId });
    try {
      const { image } = await callAws(
        { service: 'imagebuilder', operation: 'GetImage', resource: `build ${buildId}` },
        async () => await this.options.client.send(command),
      );
      if (image === undefined || isRunning(image)) return image && { state: 'BUILDING' };
      const log = await this.options.logs?.keep({ recipe, version, number });
      const ended = await this.endOf(image, log?.text);
      return log === undefined ? ended : { ...ended, logUri: log.uri };
    } catch (error) {
      if (hasCode(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  private async endOf(image: Image, log: string | undefined): Promise<EndedBuild> {
    const { status, reason } = image.state ?? {};
    switch (status) {
      case 'AVAILABLE':
        return await this.available(image);
      case 'FAILED':
        return failedBuild(reason, log);
      case 'CANCELLED':
        return { state: 'CANCELLED', reason: 'builder', detail: reason ?? 'the build was cancelled' };
      default:
        // By a lifecycle policy or by hand; what somebody withdrew is not to be promoted.
        return { state: 'FAILED', reason: 'builder', detail: `the built image was withdrawn: ${status ?? ''}` };
    }
  }

  private async available({ outputResources }: Image): Promise<EndedBuild> {
    const uris = (outputResources?.containers ?? []).flatMap(({ imageUris }) => imageUris ?? []);
    // A build may push several tags. The candidate's is moved by the next build, another is this build's own.
    const uri = uris.find((one) => !one.endsWith(`:${CANDIDATE_TAG}`)) ?? uris[0];
    if (uri === undefined)
      return { state: 'FAILED', reason: 'builder', detail: 'the build ended well, but tells no container image' };
    if (this.options.registry === undefined)
      throw new GoldenImagesError('internal', `no registry was given to tell the digest of ${uri}`);
    const found = await this.options.registry.describe(uri);
    if (found === undefined)
      return { state: 'FAILED', reason: 'builder', detail: `the build ended well, but there is no image ${uri}` };
    return { state: 'AVAILABLE', candidate: { reference: byDigest(uri, found.digest), digest: found.digest } };
  }
}

/** How a build ended. */
type EndedBuild = Exclude<BuildStatus, { state: 'BUILDING' }>;

/** States in which a build is over (Image Builder API, ImageState). */
const ENDED: ReadonlySet<string | undefined> = new Set([
  ...['AVAILABLE', 'FAILED', 'CANCELLED'],
  ...['DELETED', 'DEPRECATED', 'DISABLED'],
]);

/** PENDING, CREATING, BUILDING, TESTING, DISTRIBUTING, INTEGRATING, and states that are newer than this. */
function isRunning({ state }: Image): boolean {
  return !ENDED.has(state?.status);
}

/** `<registry>/<repository>@<digest>`: what is proven and promoted is this image, wherever its tags go. */
function byDigest(uri: string, digest: string): string {
  const [name = ''] = uri.split('@');
  return `${name.replace(/:[^:/]*$/, '')}@${digest}`;
}

/**
 * True where the service's first answer was a refusal that no retry changes. After another try nothing is certain: an answer
 * that was lost may have been a build. A token that is known with other parameters has started something once.
 */
function hasStartedNothing(error: unknown): error is AwsServiceError {
  if (!(error instanceof AwsServiceError) || error.isTransient || error.attempts > 1) return false;
  const isRefusal = error.status !== undefined && error.status >= 400 && error.status < 500;
  return isRefusal && error.code !== 'IdempotentParameterMismatchException';
}
