import { createHash } from 'node:crypto';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { Ec2ImageBuilder } from '../../adapters/aws/ec2-image-builder';
import { awsEnvironment, TEST_ACCOUNT, TEST_REGION, withEnvironment } from '../support/aws/aws-environment';
import { pipelineArn, startImageBuilderServer, type StubBuild } from '../support/aws/image-builder-server';
import type { ImageDescription } from '../../domain/ports';
import { digestOf, makeImage } from '../unit/table/samples';
import type { BuildEnd } from './image-builder.contract';
import { describeImageBuilder } from './image-builder.contract';

const REGISTRY = `${TEST_ACCOUNT}.dkr.ecr.${TEST_REGION}.amazonaws.com`;

/** What Image Builder would say of a build that has ended. */
function ended(end: BuildEnd, repository: string): StubBuild['image'] {
  if (end === 'script-failed')
    return { state: { status: 'FAILED', reason: 'docker build failed: the command returned exit code 1' } };
  const imageUris = [`${REGISTRY}/${repository}:candidate`, `${REGISTRY}/${repository}:1.0.0-1`];
  return {
    state: { status: 'AVAILABLE' },
    outputResources: { containers: [{ region: TEST_REGION, imageUris }] },
  };
}

describeImageBuilder('EC2 Image Builder', async () => {
  const server = await startImageBuilderServer();
  const restore = withEnvironment({ ...awsEnvironment(server.url) });
  const client = makeImageBuilderClient();
  const image = makeImage();
  server.pipelines.add(pipelineArn(image.name));
  const digests = new Map([[`${REGISTRY}/${image.repository}:1.0.0-1`, digestOf('c')]]);
  const builder = new Ec2ImageBuilder({
    client,
    pipelineArnOf: ({ name }) => pipelineArn(name),
    registry: {
      describe: (reference) => {
        const digest = digests.get(reference);
        return Promise.resolve(digest === undefined ? undefined : ({ digest } as ImageDescription));
      },
    },
  });
  let planned: BuildEnd = 'available';
  return {
    builder,
    image,
    script: async (text) => {
      const patchId = createHash('sha256').update(text).digest('hex');
      return await Promise.resolve({ patchId, scriptUri: `s3://bucket/scripts/debian-12/${patchId}.sh` });
    },
    plan: (end) => {
      planned = end;
    },
    end: async (id) => {
      const build = server.builds.find(({ arn }) => arn === id);
      if (build !== undefined) build.image = ended(planned, image.repository);
      await Promise.resolve();
    },
    runs: () => server.builds.length,
    dispose: async () => {
      client.destroy();
      await server.stop();
      restore();
    },
  };
});
