import { PutObjectCommand } from '@aws-sdk/client-s3';
import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { makeS3Client } from '../../../adapters/aws/clients/s3-client';
import { pipelineName } from '../../../domain/config/pipeline-name';
import { imagePartition } from '../../../domain/table/keys';
import { isPatchItem, type PatchItem, type PatchState } from '../../../domain/table/patch-item';
import { TEST_REGION } from './aws-environment';
import { pushImage, type SampleImage } from './ecr-server';
import type { StubBuild } from './image-builder-server';
import { type LambdaChain, REGISTRY_HOST } from './lambda-chain';
import { PARENT } from './push-golden';

/** How a build ends. */
export interface BuildEnd {
  /** @default 'AVAILABLE' */
  readonly status?: 'AVAILABLE' | 'FAILED' | 'CANCELLED';
  /** What Image Builder says of it, e.g. that the script exited with code 10. */
  readonly reason?: string;
  /** Packages of the patch whose fix the repositories do not have: they stay as they are. */
  readonly missing?: readonly string[];
  /** What it printed, as Image Builder leaves it in the bucket of build logs; by default it leaves nothing. */
  readonly log?: string;
  /** `config` of the built image's configuration; the parent's is empty. */
  readonly config?: NonNullable<SampleImage['config']>;
}

/** Builds of an image that have not ended, oldest first. */
export function runningBuilds(chain: LambdaChain, imageName: string): StubBuild[] {
  const pipeline = `-${pipelineName(chain.image(imageName))}`;
  return chain.imageBuilder.builds.filter(
    ({ image, pipelineArn }) => image.state.status === 'PENDING' && pipelineArn.endsWith(pipeline),
  );
}

/**
 * Ends the oldest running build of an image: what it built is in ECR, and waits for its scan; Image Builder says so, and sends
 * its event, which the chain delivers with its next step.
 * @returns digest of what was built; undefined where the build did not end well
 * @throws Error where none is running
 */
export async function endBuild(
  chain: LambdaChain,
  imageName: string,
  { status = 'AVAILABLE', reason, missing = [], log, config = {} }: BuildEnd = {},
): Promise<string | undefined> {
  const [build] = runningBuilds(chain, imageName);
  if (build === undefined) throw new Error(`no build of ${imageName} is running`);
  const { repository } = chain.image(imageName);
  if (log !== undefined) await leaveLog(chain, imageName, build.arn, log);
  let digest: string | undefined;
  if (status === 'AVAILABLE') {
    const tags = ['candidate', build.arn.split('/').slice(-2).join('-')];
    const layers = [PARENT.layer, `script ${build.clientToken}`, `run ${build.arn}`];
    for (const tag of tags)
      ({ digest } = await pushImage(chain.ecr, makeEcrClient(), repository, tag, { layers, config }));
    const patch = await patchOf(chain, imageName, build);
    chain.scanner.raised.set(digest ?? '', raisedBy(patch, missing));
    await chain.scanner.look([repository]);
    const imageUris = tags.map((tag) => `${REGISTRY_HOST}/${repository}:${tag}`);
    build.image = { state: { status }, outputResources: { containers: [{ region: TEST_REGION, imageUris }] } };
  } else build.image = { state: { status, ...(reason !== undefined && { reason }) } };
  chain.events.emit({
    ...{ source: 'aws.imagebuilder', 'detail-type': 'EC2 Image Builder Image State Change' },
    time: chain.time().toISOString(),
    resources: [build.arn],
    detail: { 'previous-state': { status: 'DISTRIBUTING' }, state: build.image.state },
  });
  return digest;
}

/** Leaves a log as the user guide says where: `<key prefix>/<image name>/<image version>/<build version>/<step>`. */
async function leaveLog(chain: LambdaChain, imageName: string, arn: string, log: string): Promise<void> {
  const [name = '', version = '', number = ''] = arn.split('/').slice(-3);
  await makeS3Client().send(
    new PutObjectCommand({
      Bucket: chain.resources.buildLogBucket,
      Key: `${imageName}/${name}/${version}/${number}/ApplyBuildComponents/stdout`,
      Body: log,
    }),
  );
}

/** Ends an image's build well, and then its scan, and lets the chain run after each. @returns digest of what was built */
export async function buildAndScan(chain: LambdaChain, imageName: string, end: BuildEnd = {}): Promise<string> {
  const digest = await endBuild(chain, imageName, end);
  await chain.settle();
  if (digest === undefined) throw new Error(`the build of ${imageName} was to end well`);
  chain.scanner.complete(digest);
  await chain.settle();
  return digest;
}

/** Builds that one image may start before the chain is taken to loop. */
const BUILDS_LIMIT = 20;

/** Ends an image's builds well, each with its scan, until none is running. @returns state of each one's patch then */
export async function endBuilds(chain: LambdaChain, imageName: string, end: BuildEnd = {}): Promise<PatchState[]> {
  const ends: PatchState[] = [];
  for (let [build] = runningBuilds(chain, imageName); build !== undefined; [build] = runningBuilds(chain, imageName)) {
    if (ends.length === BUILDS_LIMIT) throw new Error(`the builds of ${imageName} do not end`);
    await buildAndScan(chain, imageName, end);
    const patch = await patchOf(chain, imageName, build);
    if (patch === undefined) throw new Error(`${build.arn} is no patch's`);
    ends.push(patch.state);
  }
  return ends;
}

async function patchOf(chain: LambdaChain, imageName: string, build: StubBuild): Promise<PatchItem | undefined> {
  const items = await chain.table.query(imagePartition(imageName));
  return items.filter(isPatchItem).find(({ patchId }) => patchId === build.clientToken);
}

/** Versions that a patch brings its packages to: the floors, where the repositories have them. */
function raisedBy(patch: PatchItem | undefined, missing: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    (patch?.targets ?? [])
      .filter((target) => !missing.includes(target.package))
      .flatMap((target) =>
        [target.package, target.reportedAs, target.replacedBy]
          .filter((name) => name !== undefined)
          .map((name) => [name, target.floor] as const),
      ),
  );
}
