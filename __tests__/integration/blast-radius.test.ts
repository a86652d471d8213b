import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { readLayers } from '../../adapters/aws/ecr-inventory';
import { InspectorFindingSource } from '../../adapters/aws/inspector-finding-source';
import type { BlastRadiusPorts } from '../../cli/run/blast-radius';
import { findBlastRadius } from '../../cli/run/blast-radius';
import type { HeadItem } from '../../domain/table/head-item';
import { headKey, layerKey } from '../../domain/table/keys';
import { TEST_ACCOUNT, withEnvironment } from '../support/aws/aws-environment';
import {
  digestOf,
  type EcrServer,
  operationOf,
  pushImage,
  pushList,
  putManifest,
  startEcrServer,
} from '../support/aws/ecr-server';
import { INSPECTOR_FAULTS, type InspectorServer, startInspectorServer } from '../support/aws/inspector-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createRepository, createTable } from '../support/aws/resources';
import { makeImage } from '../unit/table/samples';

describeOnMoto('the blast radius of a golden image', (url) => {
  const image = makeImage();
  let ecr: EcrServer;
  let inspector: InspectorServer;
  let restore: () => void;
  let ports: BlastRadiusPorts & { readonly table: DynamoDbFindingTable };
  let old: string;
  let current: string;

  /** Pushes an application image that is built on layers of the golden one. @returns its digest */
  const pushApp = async (repository: string, tag: string, ...layers: string[]): Promise<string> =>
    (await pushImage(ecr, ports.ecr, repository, tag, { layers: [...layers, `${repository} ${tag}`] })).digest;

  beforeEach(async () => {
    await fetch(`${url()}/moto-api/reset`, { method: 'POST' });
    [ecr, inspector] = await Promise.all([startEcrServer(url()), startInspectorServer()]);
    restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: ecr.url, AWS_ENDPOINT_URL_INSPECTOR2: inspector.url });
    const dynamodb = makeDynamoDbClient();
    const { name } = await createTable(dynamodb);
    ports = {
      table: new DynamoDbFindingTable({ client: dynamodb, tableName: name }),
      ecr: makeEcrClient(),
      source: new InspectorFindingSource({ client: makeInspectorClient(), account: TEST_ACCOUNT }),
    };
    for (const repository of [image.repository, 'app/a', 'app/b', 'app/c'])
      await createRepository(ports.ecr, repository);
    old = (await pushImage(ecr, ports.ecr, image.repository, '2026-01-01.1', { layers: ['parent', 'p1'] })).digest;
    current = (await pushImage(ecr, ports.ecr, image.repository, 'stable', { layers: ['parent', 'p2'] })).digest;
    const head: HeadItem = {
      ...headKey(image.name),
      version: 1,
      type: 'HEAD',
      image: image.name,
      state: 'IDLE',
      sequence: 1,
      promoted: { digest: current, reference: 'r', since: '2026-01-02T00:00:00.000Z', descendsFrom: [] },
      failures: 0,
      builds: { day: '2026-01-02', count: 1 },
    };
    await ports.table.put(head, 0);
  });

  afterEach(async () => {
    restore();
    await Promise.all([ecr.stop(), inspector.stop()]);
  });

  test('is the images on older digests, with how much they are used', async () => {
    const a = await pushApp('app/a', '1', 'parent', 'p1');
    await pushApp('app/b', '1', 'parent', 'p2');
    await pushApp('app/c', '1', 'scratch');
    inspector.setCoverage('app/a', a, { inUseCount: 3, lastInUseAt: '2026-01-20T00:00:00.000Z' });
    const report = await findBlastRadius(image, ports, { all: false });
    expect(report).toMatchObject({ image: 'debian-12', current, skipped: [], useUnknown: [] });
    expect(report.looked).toEqual({ repositories: 3, images: 3 });
    expect(report.affected).toEqual([
      {
        repository: 'app/a',
        digest: a,
        tags: ['1'],
        pushedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        base: old,
        standing: 'older',
        inUse: 3,
        lastInUseAt: '2026-01-20T00:00:00.000Z',
      },
    ]);
  });

  test('has deleted golden digests too, which the table remembers', async () => {
    const gone = digestOf('gone');
    const layers = ['parent', 'p0'].map((layer) => digestOf(layer));
    await ports.table.put(
      { ...layerKey(layers[1] ?? '', image.name), version: 1, type: 'LAYER', image: image.name, digest: gone, layers },
      0,
    );
    await pushApp('app/a', '1', 'parent', 'p0');
    const { affected } = await findBlastRadius(image, ports, { all: false });
    expect(affected.map(({ repository, base }) => [repository, base])).toEqual([['app/a', gone]]);
  });

  test('is of the newest tagged image, and with all of every one, also of lists', async () => {
    await pushApp('app/a', '1', 'parent', 'p1');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // ECR's times have seconds
    await pushApp('app/a', '2', 'parent', 'p2');
    const part = await pushApp('app/b', 'part', 'parent', 'p1');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const list = await pushList(ports.ecr, 'app/b', 'multi', [
      { digest: digestOf('none'), architecture: 'unknown', os: 'unknown' },
      { digest: part, architecture: 'amd64' },
    ]);
    const newest = await findBlastRadius(image, ports, { all: false });
    expect(newest.affected.map(({ repository, digest }) => [repository, digest])).toEqual([['app/b', list]]);
    const all = await findBlastRadius(image, ports, { all: true });
    expect(all.affected.map(({ repository, tags }) => [repository, ...tags])).toEqual([
      ['app/a', '1'],
      ['app/b', 'multi'],
      ['app/b', 'part'],
    ]);
    expect(all.skipped).toEqual([]);
  });

  test('goes on where a manifest cannot be read, or a repository, and tells it', async () => {
    const odd = await putManifest(
      ports.ecr,
      'app/a',
      '1',
      'application/vnd.oci.image.manifest.v1+json',
      '{"layers":1}',
    );
    await pushApp('app/b', '1', 'parent', 'p1');
    ecr.intercept = (request) =>
      operationOf(request) === 'DescribeImages' && request.body.includes('app/c')
        ? { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }
        : undefined;
    const { affected, skipped } = await findBlastRadius(image, ports, { all: false });
    expect(affected.map(({ repository }) => repository)).toEqual(['app/b']);
    expect(skipped).toEqual([
      { repository: 'app/a', digest: odd, why: expect.stringContaining('is malformed') as string },
      { repository: 'app/c', why: expect.stringContaining('AccessDeniedException') as string },
    ]);
  });

  test('has no counts where Inspector refuses, and says so', async () => {
    await pushApp('app/a', '1', 'parent', 'p1');
    inspector.intercept = () => INSPECTOR_FAULTS.denied;
    const { affected, useUnknown } = await findBlastRadius(image, ports, { all: false });
    expect(affected.map(({ repository, inUse }) => [repository, inUse])).toEqual([['app/a', undefined]]);
    expect(useUnknown).toEqual([{ repository: 'app/a', why: expect.stringContaining('inspector2') as string }]);
  });

  test('of an image of which nothing is known is refused', async () => {
    await expect(findBlastRadius({ ...image, name: 'other' }, ports, { all: false })).rejects.toThrow(
      /^nothing is known of golden image other/,
    );
  });

  test('reads manifests by the hundred', async () => {
    const digests: string[] = [];
    for (let number = 0; number < 120; number++) digests.push(await pushApp('app/a', `t${number}`, 'parent'));
    const before = ecr.requests.length;
    const read = await readLayers(ports.ecr, 'app/a', digests);
    expect([...read.values()].filter((one) => 'layers' in one)).toHaveLength(120);
    expect(ecr.requests.slice(before).map(operationOf)).toEqual(['BatchGetImage', 'BatchGetImage']);
  });
});
