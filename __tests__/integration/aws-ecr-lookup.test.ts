import { BatchDeleteImageCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEcrImageLookup } from '../../adapters/aws/ecr-image-lookup';
import type { ImageLookup } from '../../domain/ports';
import { withEnvironment } from '../support/aws/aws-environment';
import {
  digestOf,
  type EcrServer,
  operationOf,
  pushImage,
  pushList,
  putManifest,
  startEcrServer,
} from '../support/aws/ecr-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createRepository } from '../support/aws/resources';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

describeOnMoto('looking images up in ECR on moto', (moto) => {
  let server: EcrServer;
  let client: ECRClient;
  let lookup: ImageLookup;
  let repository: string;

  beforeEach(async () => {
    server = await startEcrServer(moto());
    const restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: server.url });
    client = makeEcrClient({ maximumAttempts: 1 });
    repository = await createRepository(client);
    restore();
    lookup = makeEcrImageLookup(client);
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });
  const lookUp = async (digest: string, architecture = 'amd64', where = repository) =>
    await lookup.lookUp(where, digest, architecture);

  test('an image is told with its tags, time, platform, layers and labels', async () => {
    const config = { Labels: { 'org.opencontainers.image.version': '12' } };
    const { digest, layers } = await pushImage(server, client, repository, 'stable', { config, layers: ['a', 'b'] });
    await pushImage(server, client, repository, '2024-05-01.1', { config, layers: ['a', 'b'] });
    expect(await lookUp(digest)).toStrictEqual({
      ...{ digest, layers, os: 'linux', architecture: 'amd64', labels: config.Labels },
      tags: ['2024-05-01.1', 'stable'],
      pushedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/) as unknown,
    });
    expect(new Set(server.requests.map(operationOf).filter((operation) => operation !== ''))).toEqual(
      new Set(['PutImage', 'DescribeImages', 'BatchGetImage', 'GetDownloadUrlForLayer', 'CreateRepository']),
    );
  });

  test('an image that declares another architecture than is asked for says so', async () => {
    const { digest } = await pushImage(server, client, repository, 'arm64', { architecture: 'arm64' });
    expect(await lookUp(digest)).toMatchObject({ digest, architecture: 'arm64', os: 'linux' });
  });

  test('a list of manifests stands for its image of the architecture, and keeps its own digest and tags', async () => {
    const arm64 = await pushImage(server, client, repository, 'arm64', { architecture: 'arm64', layers: ['x'] });
    const list = await pushList(client, repository, 'all', [{ digest: arm64.digest, architecture: 'arm64' }]);
    expect(await lookUp(list, 'arm64')).toMatchObject({
      ...{ digest: list, tags: ['all'], architecture: 'arm64', layers: arm64.layers },
    });
    expect(await lookUp(list)).toStrictEqual({
      unusable: 'architecture-mismatch',
      detail: `${repository}@${list} has no image for linux/amd64; it has linux/arm64`,
    });
  });

  test('an image, and a repository, that are not there', async () => {
    const { digest } = await pushImage(server, client, repository, 'stable');
    await client.send(new BatchDeleteImageCommand({ repositoryName: repository, imageIds: [{ imageDigest: digest }] }));
    const gone = { unusable: 'image-not-found', detail: `${repository}@${digest} is not in the registry any more` };
    expect(await lookUp(digest)).toStrictEqual(gone);
    expect(await lookUp(digest, 'amd64', 'golden/none')).toMatchObject({ unusable: 'image-not-found' });
  });

  test.each<[string, string, object, RegExp]>([
    ['an unknown type', 'application/vnd.example+json', {}, /which is not known/],
    ['a chart', OCI_MANIFEST, chart(), /is no container image/],
    ['one without layers', OCI_MANIFEST, { config: { digest: digestOf('x'), size: 1 } }, /is malformed/],
    ['a configuration that is gone', OCI_MANIFEST, { ...chart('oci.image'), layers: [] }, /is not in the registry/],
  ])('a manifest of %s is told, and not thrown', async (_what, type, manifest, says) => {
    const digest = await putManifest(
      client,
      repository,
      'odd',
      type,
      JSON.stringify({ schemaVersion: 2, ...manifest }),
    );
    expect(await lookUp(digest)).toStrictEqual({
      unusable: 'manifest-not-supported',
      detail: expect.stringMatching(says) as unknown,
    });
  });

  test('a configuration that is no JSON is told, and not thrown', async () => {
    server.blobs.set(digestOf('{'), Buffer.from('{'));
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{'), size: 1 };
    const text = JSON.stringify({ schemaVersion: 2, config, layers: [] });
    const digest = await putManifest(client, repository, 'odd', OCI_MANIFEST, text);
    expect(await lookUp(digest)).toMatchObject({ unusable: 'manifest-not-supported' });
  });

  describe.each(['DescribeImages', 'BatchGetImage', 'GetDownloadUrlForLayer'])('%s', (operation) => {
    test.each([
      ['AccessDeniedException', 400, false],
      ['ThrottlingException', 400, true],
      ['ServerException', 500, true],
    ])('that answers %s throws, to be tried again', async (code, status, isTransient) => {
      const { digest } = await pushImage(server, client, repository, 'stable');
      server.intercept = (request) =>
        operationOf(request) === operation
          ? {
              status,
              headers: { 'content-type': 'application/x-amz-json-1.1' },
              body: { __type: code, message: 'not now' },
            }
          : undefined;
      const error: unknown = await lookUp(digest).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AwsServiceError);
      expect(error).toMatchObject({ code, isTransient, operation });
    });
  });
});

/** A manifest whose configuration is of a type; its blob is nowhere. */
function chart(type = 'cncf.helm'): object {
  const mediaType = `application/vnd.${type}.config.v1+json`;
  return { config: { mediaType, digest: digestOf('nowhere'), size: 7 }, layers: [] };
}
