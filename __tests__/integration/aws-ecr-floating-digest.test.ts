import type { ECRClient } from '@aws-sdk/client-ecr';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { floatingDigest } from '../../adapters/aws/ecr-floating-digest';
import { withEnvironment } from '../support/aws/aws-environment';
import {
  type EcrServer,
  operationOf,
  pushImage,
  pushList,
  putManifest,
  startEcrServer,
} from '../support/aws/ecr-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createRepository } from '../support/aws/resources';

describeOnMoto('the digest of a floating tag in ECR on moto', (moto) => {
  let server: EcrServer;
  let client: ECRClient;
  let repository: string;

  beforeEach(async () => {
    server = await startEcrServer(moto());
    const restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: server.url });
    client = makeEcrClient({ maximumAttempts: 1 });
    repository = await createRepository(client);
    restore();
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });
  const floating = async (where = repository) =>
    await floatingDigest(client, { repository: where, floatingTag: 'stable', architecture: 'amd64' });

  test('is that of the image, by one call', async () => {
    const { digest } = await pushImage(server, client, repository, 'stable', { layers: ['a'] });
    const before = server.requests.length;
    expect(await floating()).toBe(digest);
    expect(server.requests.slice(before).map(operationOf)).toEqual(['BatchGetImage']);
  });

  test('is that of the image for the architecture, where it is of a list', async () => {
    const { digest } = await pushImage(server, client, repository, 'amd', { layers: ['a'] });
    await pushList(client, repository, 'stable', [{ digest, architecture: 'amd64' }]);
    expect(await floating()).toBe(digest);
  });

  test('is that of the list, where it has none for the architecture', async () => {
    const { digest } = await pushImage(server, client, repository, 'arm', { layers: ['a'], architecture: 'arm64' });
    const list = await pushList(client, repository, 'stable', [{ digest, architecture: 'arm64' }]);
    expect(await floating()).toBe(list);
  });

  test('is that of the manifest, where it is of no known type', async () => {
    const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
    expect(await floating()).toBeUndefined();
    const digest = await putManifest(client, repository, 'stable', type, '{"schemaVersion":1}');
    expect(await floating()).toBe(digest);
  });

  test('is none, where there is no such tag, or no such repository', async () => {
    await pushImage(server, client, repository, 'other', { layers: ['a'] });
    expect([await floating(), await floating('golden/none')]).toEqual([undefined, undefined]);
  });
});
