import { BatchDeleteImageCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { makeEcrImageLayers, makeEcrImageTags } from '../../adapters/aws/ecr-image-layers';
import { BadInputError } from '../../domain/errors';
import { TEST_ACCOUNT, TEST_REGION, withEnvironment } from '../support/aws/aws-environment';
import {
  digestOf,
  operationOf,
  pushImage,
  pushList,
  putManifest,
  startEcrServer,
  type EcrServer,
} from '../support/aws/ecr-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createRepository } from '../support/aws/resources';
import { makeImage } from '../unit/table/samples';

const REGISTRY = `${TEST_ACCOUNT}.dkr.ecr.${TEST_REGION}.amazonaws.com`;
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

describeOnMoto('ECR on moto', (moto) => {
  let server: EcrServer;
  let client: ECRClient;
  let registry: EcrImageRegistry;
  let repository: string;
  const at = (tag: string): string => `${REGISTRY}/${repository}:${tag}`;
  const operations = (): string[] => server.requests.map(operationOf);

  beforeEach(async () => {
    server = await startEcrServer(moto());
    const restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: server.url });
    client = makeEcrClient();
    repository = await createRepository(client);
    restore();
    registry = new EcrImageRegistry({ client, registry: REGISTRY });
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  describe.each(['oci', 'docker'] as const)('a list of manifests, %s', (format) => {
    test('stands for its image of the architecture', async () => {
      const amd64 = await pushImage(server, client, repository, 'amd64', { format, layers: ['base', 'amd64'] });
      const arm64 = await pushImage(server, client, repository, 'arm64', {
        ...{ format, architecture: 'arm64', layers: ['base', 'arm64'] },
      });
      const entries = [
        { digest: digestOf('attestation'), architecture: 'unknown', os: 'unknown' },
        { digest: digestOf('windows'), architecture: 'amd64', os: 'windows' },
        { digest: arm64.digest, architecture: 'arm64' },
        { digest: amd64.digest, architecture: 'amd64' },
      ];
      const list = await pushList(client, repository, 'all', entries, format);
      expect(await registry.describe(at('all'))).toMatchObject({ digest: amd64.digest, format });
      expect(await registry.describe(at('all'), 'arm64')).toMatchObject({
        digest: arm64.digest,
        contract: { architecture: 'arm64' },
        layers: arm64.diffIds.map((digest) => ({ digest })),
      });
      const layers = makeEcrImageLayers(client);
      expect(await layers.layersOf(repository, list)).toStrictEqual(amd64.layers);
      expect(await layers.layersOf(repository, list, 'arm64')).toStrictEqual(arm64.layers);
      expect(await makeEcrImageTags(client).digestOf(repository, 'all', 'arm64')).toBe(arm64.digest);
      expect(await layers.layersOf(repository, arm64.digest)).toStrictEqual(arm64.layers);
      await registry.tag(at('all'), at('stable'));
      expect(await registry.describe(at('stable'), 'arm64')).toMatchObject({ digest: arm64.digest });
    });

    test('that has none for the architecture, or names one that is gone, is refused', async () => {
      const arm64 = await pushImage(server, client, repository, 'arm64', { format, architecture: 'arm64' });
      await pushList(client, repository, 'all', [{ digest: arm64.digest, architecture: 'arm64' }], format);
      await expect(registry.describe(at('all'))).rejects.toThrow(/has no image for linux\/amd64; it has linux\/arm64/);
      await client.send(
        new BatchDeleteImageCommand({
          repositoryName: repository,
          imageIds: [arm64].map(({ digest }) => ({ imageDigest: digest })),
        }),
      );
      await expect(registry.describe(at('all'), 'arm64')).rejects.toThrow(/is not in the repository/);
    });
  });

  test('lists that name each other come to an end', async () => {
    let digest = (await pushImage(server, client, repository, 'image')).digest;
    for (const tag of ['1', '2', '3', '4'])
      digest = await pushList(client, repository, tag, [{ digest, architecture: 'amd64' }]);
    expect(await registry.describe(at('3'))).toMatchObject({ format: 'oci' });
    await expect(registry.describe(at('4'))).rejects.toThrow(/within more than 3 lists/);
  });

  test('digestOf tells what a tag points at, and nothing where there is none', async () => {
    const tags = makeEcrImageTags(client);
    const image = await pushImage(server, client, repository, 'stable', { layers: ['base'] });
    expect(await tags.digestOf(repository, 'stable', 'amd64')).toBe(image.digest);
    expect(await tags.digestOf(repository, 'none', 'amd64')).toBeUndefined();
    expect(await tags.digestOf('golden/none', 'stable', 'amd64')).toBeUndefined();
  });

  test('layersOf knows no layers where there is no image, and those of the manifest where there is', async () => {
    const layers = makeEcrImageLayers(client);
    expect(await layers.layersOf(repository, digestOf('none'))).toBeUndefined();
    expect(await layers.layersOf('golden/none', digestOf('none'))).toBeUndefined();
    const image = await pushImage(server, client, repository, 'app', { layers: ['base', 'patch', 'app'] });
    expect(await layers.layersOf(repository, image.digest)).toStrictEqual(['base', 'patch', 'app'].map(digestOf));
    expect(operations().filter((operation) => operation === 'GetDownloadUrlForLayer')).toStrictEqual([]);
  });

  test.each([
    [
      'docker v1',
      'application/vnd.docker.distribution.manifest.v1+json',
      { schemaVersion: 1 },
      /type "application\/vnd.docker.distribution.manifest.v1\+json"/,
    ],
    ['an unknown one', 'application/vnd.example+json', {}, /which is not known/],
    [
      'a chart',
      OCI_MANIFEST,
      { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf('x'), size: 1 }, layers: [] },
      /is no container image/,
    ],
    ['one without layers', OCI_MANIFEST, { config: { digest: digestOf('x'), size: 1 } }, /is malformed: layers/],
    [
      'a digest that is a path',
      OCI_MANIFEST,
      { config: { digest: '../x', size: 1 }, layers: [] },
      /is malformed: config.digest/,
    ],
  ])('a manifest that is %s is refused', async (_what, type, manifest, says) => {
    const digest = await putManifest(client, repository, 'odd', type, JSON.stringify(manifest));
    await expect(registry.describe(at('odd'))).rejects.toThrow(BadInputError);
    await expect(registry.describe(at('odd'))).rejects.toThrow(says);
    await expect(makeEcrImageLayers(client).layersOf(repository, digest)).rejects.toThrow(BadInputError);
  });

  test('a manifest of megabytes is read', async () => {
    const config = JSON.stringify({ architecture: 'amd64', rootfs: { diff_ids: [] } });
    server.blobs.set(digestOf(config), Buffer.from(config));
    const manifest = {
      config: { digest: digestOf(config), size: config.length },
      layers: [],
      annotations: { a: 'x'.repeat(4_000_000) },
    };
    const digest = await putManifest(client, repository, 'large', OCI_MANIFEST, JSON.stringify(manifest));
    expect(await registry.describe(at('large'))).toMatchObject({ digest, size: 0, layers: [] });
  });

  test('a configuration with other bytes than its digest says is refused, and so is one that is none', async () => {
    const { digest } = await pushImage(server, client, repository, 'stable');
    const [configDigest] = [...server.blobs.keys()];
    const bytes = server.blobs.get(configDigest!)!;
    server.blobs.set(configDigest!, Buffer.from(bytes.toString().replace('amd64', 'arm64')));
    await expect(registry.describe(at('stable'))).rejects.toThrow(/other bytes than its digest says/);
    server.blobs.set(configDigest!, Buffer.concat([bytes, Buffer.alloc(100)]));
    await expect(registry.describe(at('stable'))).rejects.toThrow(BadInputError);
    server.blobs.set(configDigest!, bytes);
    expect(await registry.describe(at('stable'))).toMatchObject({ digest });
    const config = 'not JSON';
    server.blobs.set(digestOf(config), Buffer.from(config));
    const manifest = { config: { digest: digestOf(config), size: config.length }, layers: [] };
    await putManifest(client, repository, 'odd', OCI_MANIFEST, JSON.stringify(manifest));
    await expect(registry.describe(at('odd'))).rejects.toThrow(/configuration of .* is malformed/);
  });

  test('a configuration of gigabytes is not downloaded', async () => {
    const manifest = { config: { digest: digestOf('x'), size: 5_000_000_000 }, layers: [] };
    await putManifest(client, repository, 'huge', OCI_MANIFEST, JSON.stringify(manifest));
    await expect(registry.describe(at('huge'))).rejects.toThrow(/is over 8388608 bytes/);
    expect(operations()).not.toContain('GetDownloadUrlForLayer');
  });

  test.each([
    ['fails twice', 2, (): { status: number } => ({ status: 503 })],
    ['loses the connection twice', 2, (): 'drop' => 'drop'],
  ])('a download that %s is had in the end', async (_what, times, action) => {
    await pushImage(server, client, repository, 'stable');
    let left = times;
    server.intercept = ({ path }) => (path.startsWith('/blobs/') && left-- > 0 ? action() : undefined);
    expect(await registry.describe(at('stable'))).toMatchObject({ reference: at('stable') });
  });

  test('a download that is refused is not tried again; one that fails for good is a passing error', async () => {
    await pushImage(server, client, repository, 'stable');
    server.intercept = ({ path }) => (path.startsWith('/blobs/') ? { status: 403 } : undefined);
    await expect(registry.describe(at('stable'))).rejects.toMatchObject({
      name: 'AwsServiceError',
      isTransient: false,
    });
    expect(server.requests.filter(({ path }) => path.startsWith('/blobs/'))).toHaveLength(1);
    server.intercept = ({ path }) => (path.startsWith('/blobs/') ? 'drop' : undefined);
    await expect(registry.describe(at('stable'))).rejects.toMatchObject({ name: 'AwsServiceError', isTransient: true });
    expect(server.requests.filter(({ path }) => path.startsWith('/blobs/'))).toHaveLength(4);
  });

  test("an image's last tag stays: ECR would delete the image with it", async () => {
    const { digest } = await pushImage(server, client, repository, 'candidate');
    await registry.untag(at('candidate'));
    expect(await registry.describe(at('candidate'))).toMatchObject({ digest });
    expect(operations()).not.toContain('BatchDeleteImage');
    await registry.untag(`${REGISTRY}/${repository}@${digest}`);
    expect(await registry.describe(`${REGISTRY}/${repository}@${digest}`)).toMatchObject({ digest });
  });

  test('an immutable tag stays where it is, and pointing it there again is no trouble', async () => {
    const immutable = await createRepository(client, undefined, 'IMMUTABLE');
    const reference = (tag: string): string => `${REGISTRY}/${immutable}:${tag}`;
    const first = await pushImage(server, client, immutable, '2026-01-01.1');
    await pushImage(server, client, immutable, 'candidate', { layers: ['other'] });
    await registry.tag(reference('2026-01-01.1'), reference('2026-01-01.1'));
    const moved = registry.tag(reference('candidate'), reference('2026-01-01.1'));
    await expect(moved).rejects.toThrow(BadInputError);
    await expect(moved).rejects.toThrow(`it is immutable, and at ${first.digest}`);
    expect(await registry.describe(reference('2026-01-01.1'))).toMatchObject({ digest: first.digest });
  });

  test("ECR's own answer for an immutable tag, which moto has not, is understood", async () => {
    await pushImage(server, client, repository, 'stable');
    await pushImage(server, client, repository, 'candidate', { layers: ['other'] });
    server.intercept = (request) =>
      operationOf(request) === 'PutImage'
        ? {
            status: 400,
            headers: { 'content-type': 'application/x-amz-json-1.1' },
            body: { __type: 'ImageTagAlreadyExistsException', message: 'immutable' },
          }
        : undefined;
    await expect(registry.tag(at('candidate'), at('stable'))).rejects.toThrow(/cannot be moved: it is immutable/);
    await registry.tag(at('stable'), at('stable'));
  });

  test('an image is tagged by its digest, and only within its repository', async () => {
    const { digest } = await pushImage(server, client, repository, 'candidate');
    await registry.tag(`${REGISTRY}/${repository}@${digest}`, at('stable'));
    expect(await registry.describe(at('stable'))).toMatchObject({ digest });
    for (const target of [`${REGISTRY}/golden/other:stable`, `${REGISTRY}/${repository}@${digest}`])
      await expect(registry.tag(at('stable'), target)).rejects.toThrow(/^cannot tag /);
  });

  test.each([
    'public.ecr.aws/docker/library/debian:12-slim',
    'debian:12',
    `999999999999.dkr.ecr.${TEST_REGION}.amazonaws.com/golden/a:1`,
  ])('the parent %s is elsewhere: the error says what to do', async (parent) => {
    const error: unknown = await registry
      .parentOf(makeImage({ repository, parent }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as BadInputError).hint).toContain('pull through cache');
    expect(server.requests.map(operationOf)).toStrictEqual(['CreateRepository']);
  });

  test('a parent of another architecture is refused', async () => {
    await pushImage(server, client, repository, 'parent', { architecture: 'arm64' });
    const golden = makeImage({ repository, parent: at('parent') });
    await expect(registry.parentOf(golden)).rejects.toThrow(/is for arm64, not for amd64/);
    expect(await registry.parentOf({ ...golden, architecture: 'arm64' })).toMatchObject({ reference: at('parent') });
  });

  test.each([
    '',
    'x',
    `${REGISTRY}/`,
    `${REGISTRY}/UPPER:1`,
    `${REGISTRY}/a b:1`,
    `${REGISTRY}/a:`,
    `${REGISTRY}/a@sha256:1`,
    `${REGISTRY}/../a:1`,
    `https://${REGISTRY}/a:1`,
  ])('the reference %p is refused, and nothing is asked', async (reference) => {
    await expect(registry.describe(reference)).rejects.toThrow(BadInputError);
    await expect(registry.untag(reference)).rejects.toThrow(BadInputError);
    expect(operations()).toStrictEqual(['CreateRepository']);
  });

  test('the images of a repository are listed to the last page, newest first', async () => {
    expect(await registry.imagesOf('golden/none')).toStrictEqual([]);
    let token = 0;
    server.intercept = (request) => {
      if (operationOf(request) !== 'DescribeImages') return undefined;
      const page = ++token;
      const image = (n: number): object => ({
        imageDigest: digestOf(String(n)),
        imagePushedAt: 1_700_000_000 + n,
        ...(n % 2 === 0 && { imageTags: ['b', 'a'] }),
      });
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: { imageDetails: [image(2 * page), image(2 * page + 1)], ...(page < 3 && { nextToken: `t${page}` }) },
      };
    };
    const images = await registry.imagesOf(repository);
    expect(images.map(({ digest }) => digest)).toStrictEqual([7, 6, 5, 4, 3, 2].map((n) => digestOf(String(n))));
    expect(images[1]).toStrictEqual({ digest: digestOf('6'), tags: ['a', 'b'], pushedAt: '2023-11-14T22:13:26.000Z' });
    const tokens = server.requests
      .filter((request) => operationOf(request) === 'DescribeImages')
      .map(({ body }) => (JSON.parse(body.toString()) as { nextToken?: string }).nextToken);
    expect(tokens).toStrictEqual([undefined, undefined, 't1', 't2']);
  });
});
