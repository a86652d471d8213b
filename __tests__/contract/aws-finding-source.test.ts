import { readFileSync } from 'node:fs';
import {
  BatchGetAccountStatusCommand,
  GetConfigurationCommand,
  type Inspector2Client,
} from '@aws-sdk/client-inspector2';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { InspectorFindingSource } from '../../adapters/aws/inspector-finding-source';
import { parseRecord } from '../../domain/finding/parse-record';
import { GoldenImagesError } from '../../domain/errors';
import type { ScanStatus } from '../../domain/scan/image-scan';
import { awsEnvironment, TEST_ACCOUNT, withEnvironment } from '../support/aws/aws-environment';
import {
  imageArn,
  INSPECTOR_FAULTS,
  type InspectorServer,
  startInspectorServer,
} from '../support/aws/inspector-server';
import { coveredImage, onTheWire, toInspectorFinding } from '../support/aws/inspector-wire';
import type { Json } from '../unit/finding/inspector-sample';
import { digestOf, makeFinding } from '../unit/table/samples';
import { arnOf, describeFindingSource, pagesOf } from './finding-source.contract';

/** What Inspector would say of an image that stands so. */
const REASONS: Readonly<Record<Exclude<ScanStatus['state'], 'unknown'>, { statusCode: string; reason: string }>> = {
  scanned: { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' },
  pending: { statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' },
  expired: { statusCode: 'INACTIVE', reason: 'SCAN_ELIGIBILITY_EXPIRED' },
  'not-scanned': { statusCode: 'INACTIVE', reason: 'UNSUPPORTED_OS' },
};

const REPOSITORY = 'golden/debian-12';
let server: InspectorServer;
let client: Inspector2Client;
let restore: () => void;

async function start(maximumAttempts = 4): Promise<InspectorFindingSource> {
  server = await startInspectorServer();
  restore = withEnvironment(awsEnvironment(server.url));
  client = makeInspectorClient({ maximumAttempts });
  return new InspectorFindingSource({ client, account: TEST_ACCOUNT });
}

async function stop(): Promise<void> {
  client.destroy();
  await server.stop();
  restore();
}

describeFindingSource('Amazon Inspector', async () => ({
  source: await start(),
  cover: (repository, { digest, tags, lastInUseAt, inUse, status }) => {
    if (status.state === 'unknown') throw new Error('an image that is not known is not covered');
    server.setCoverage(repository, digest, {
      ...REASONS[status.state],
      tags,
      ...(lastInUseAt !== undefined && { lastInUseAt }),
      ...(inUse !== undefined && { inUseCount: inUse }),
      ...(status.state === 'scanned' && { lastScannedAt: status.at }),
    });
  },
  find: (repository, digest, findings) => {
    server.setFindings(repository, digest, findings.map(toInspectorFinding));
  },
  forget: (repository, digest) => {
    server.forget(repository, digest);
  },
  dispose: stop,
}));

describe('the lists of Inspector', () => {
  let source: InspectorFindingSource;
  beforeEach(async () => {
    source = await start();
  });
  afterEach(stop);

  test('are asked for by account, type, repository and digest, a hundred findings at a time', async () => {
    await pagesOf(source.findingsOf(REPOSITORY, digestOf('a')));
    await source.scanOf(REPOSITORY, digestOf('a'));
    const equal = (value: string): unknown => [{ comparison: 'EQUALS', value }];
    expect(server.requests.map(({ path, body }) => [path, JSON.parse(body.toString()) as unknown])).toStrictEqual([
      [
        '/findings/list',
        {
          maxResults: 100,
          filterCriteria: {
            awsAccountId: equal(TEST_ACCOUNT),
            resourceType: equal('AWS_ECR_CONTAINER_IMAGE'),
            ecrImageRepositoryName: equal(REPOSITORY),
            ecrImageHash: equal(digestOf('a')),
          },
        },
      ],
      [
        '/coverage/list',
        {
          maxResults: 200,
          filterCriteria: {
            accountId: equal(TEST_ACCOUNT),
            resourceType: equal('AWS_ECR_CONTAINER_IMAGE'),
            ecrRepositoryName: equal(REPOSITORY),
          },
        },
      ],
    ]);
  });

  test('come to the same findings as the files of `aws inspector2 list-findings`', async () => {
    const files = ['centos-8', 'one-debian', 'debian-10-and-ec2', 'lambda-and-language-packages'];
    let compared = 0;
    for (const file of files) {
      const text = readFileSync(`__tests__/fixtures/list-findings/${file}.json`, 'utf8');
      const document = JSON.parse(text) as Json[] | { findings: Json[] };
      const records = Array.isArray(document) ? document : document.findings;
      for (const record of records) {
        const expected = parseRecord(record);
        const repositories = new Set(expected.findings.map(({ repository }) => repository));
        for (const repository of repositories) {
          server.setFindings(repository, digestOf('f'), [{ ...record, awsAccountId: TEST_ACCOUNT }]);
          const [page] = await pagesOf(source.findingsOf(repository));
          expect(page?.findings).toStrictEqual(expected.findings.filter((one) => one.repository === repository));
          server.forget(repository, digestOf('f'));
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(5);
  });

  test('are read one page at a time: the next is asked for when it is wanted', async () => {
    server.pageSize = 1;
    server.setFindings(
      REPOSITORY,
      digestOf('a'),
      [0, 1, 2].map((n) => toInspectorFinding(makeFinding({ arn: arnOf(n) }))),
    );
    const pages = source.findingsOf(REPOSITORY)[Symbol.asyncIterator]();
    await pages.next();
    expect(server.requests).toHaveLength(1);
    await pages.next();
    expect(server.requests).toHaveLength(2);
  });

  test('coverage of many images is read to its end, and no further than the image that was asked for', async () => {
    server.pageSize = 2;
    const digests = ['1', '2', '3', '4', '5'].map(digestOf);
    for (const digest of digests) server.setCoverage(REPOSITORY, digest, { lastScannedAt: '2024-06-01T00:00:00Z' });
    expect((await source.coverageOf(REPOSITORY)).map(({ digest }) => digest)).toStrictEqual(digests);
    expect(server.requests).toHaveLength(3);
    expect((await source.scanOf(REPOSITORY, digestOf('4'))).state).toBe('scanned');
    expect(server.requests).toHaveLength(5);
  });

  test('leave out what is of another account or no image, whatever the service lets through', async () => {
    const other = { resourceId: imageArn(REPOSITORY, digestOf('c')).replace(TEST_ACCOUNT, '210987654321') };
    const resource = {
      ...coveredImage(imageArn(REPOSITORY, digestOf('c')), { lastScannedAt: '2024-06-01T00:00:00Z' }),
      ...other,
    };
    const finding = onTheWire({ ...toInspectorFinding(makeFinding()), awsAccountId: '210987654321' });
    server.intercept = ({ path }) => ({
      status: 200,
      body:
        path === '/coverage/list' ? { coveredResources: [resource, { resourceId: 'i-0' }] } : { findings: [finding] },
    });
    expect(await source.coverageOf(REPOSITORY)).toStrictEqual([]);
    expect(await source.scanOf(REPOSITORY, digestOf('c'))).toStrictEqual({ state: 'unknown' });
    expect(await pagesOf(source.findingsOf(REPOSITORY))).toStrictEqual([{ findings: [], problems: [] }]);
  });

  test('a malformed finding is a problem of its page, and takes no other along', async () => {
    const good = makeFinding({ arn: arnOf(2) });
    const bad = toInspectorFinding(makeFinding({ arn: arnOf(1) }));
    server.setFindings(REPOSITORY, digestOf('a'), [
      { ...bad, status: 'STRANGE' },
      { ...bad, packageVulnerabilityDetails: null },
      toInspectorFinding(good),
      { ...bad, epss: { score: 7 } },
    ]);
    const [page] = await pagesOf(source.findingsOf(REPOSITORY));
    expect(page?.findings).toStrictEqual([good]);
    expect(page?.problems.map(({ path }) => path)).toStrictEqual([
      'status',
      'packageVulnerabilityDetails',
      'epss.score',
    ]);
  });

  test('are tried again where they are throttled, fail, or their answer is lost', async () => {
    server.setFindings(REPOSITORY, digestOf('a'), [toInspectorFinding(makeFinding())]);
    for (const fault of [INSPECTOR_FAULTS.throttled, INSPECTOR_FAULTS.failed, INSPECTOR_FAULTS.lost]) {
      let faults = 1;
      server.intercept = () => (faults-- > 0 ? fault : undefined);
      expect((await pagesOf(source.findingsOf(REPOSITORY))).flatMap((page) => page.findings)).toHaveLength(1);
      faults = 1;
      expect(await source.coverageOf(REPOSITORY)).toStrictEqual([]);
    }
    expect(server.requests).toHaveLength(12);
  });

  test('what cannot be had is told, and is not an empty list', async () => {
    server.pageSize = 1;
    server.setFindings(
      REPOSITORY,
      digestOf('a'),
      [0, 1].map((n) => toInspectorFinding(makeFinding({ arn: arnOf(n) }))),
    );
    server.intercept = ({ body }) => (body.includes('nextToken') ? INSPECTOR_FAULTS.denied : undefined);
    const error = await pagesOf(source.findingsOf(REPOSITORY)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AwsServiceError);
    expect(error).toMatchObject({
      message: expect.stringContaining('inspector2 ListFindings on repository golden/debian-12 failed') as string,
      hint: expect.stringContaining('allow inspector2:ListFindings') as string,
      isTransient: false,
    });
    server.intercept = () => INSPECTOR_FAULTS.denied;
    await expect(source.scanOf(REPOSITORY, digestOf('a'))).rejects.toThrow(/inspector2 ListCoverage/);
  });

  test('a page whose dates are none is an error of the call: the SDK reads none of it', async () => {
    server.setFindings(REPOSITORY, digestOf('a'), [{ ...toInspectorFinding(makeFinding()), updatedAt: 'yesterday' }]);
    const error = await pagesOf(source.findingsOf(REPOSITORY)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AwsServiceError);
    expect(error).toMatchObject({ isTransient: false, operation: 'ListFindings' });
  });

  test('a list that repeats its page has no end, and that is an error', async () => {
    server.intercept = () => ({ status: 200, body: { findings: [], nextToken: 'again' } });
    await expect(pagesOf(source.findingsOf(REPOSITORY))).rejects.toThrow(GoldenImagesError);
    expect(server.requests).toHaveLength(2);
  });
});

describe('the stub of Inspector', () => {
  beforeEach(async () => {
    await start(1);
  });
  afterEach(stop);

  test('answers the doctor: what is enabled, and how long images are looked at', async () => {
    server.accountStatus = { state: 'ENABLED', ecr: 'SUSPENDED' };
    server.rescan = { rescanDuration: 'DAYS_14', status: 'PENDING', updatedAt: '2024-06-01T00:00:00.500Z' };
    const status = await client.send(new BatchGetAccountStatusCommand({ accountIds: [TEST_ACCOUNT, '210987654321'] }));
    expect(
      status.accounts?.map(({ accountId, resourceState }) => [accountId, resourceState?.ecr?.status]),
    ).toStrictEqual([[TEST_ACCOUNT, 'SUSPENDED']]);
    expect(status.failedAccounts?.map(({ accountId }) => accountId)).toStrictEqual(['210987654321']);
    const { ecrConfiguration } = await client.send(new GetConfigurationCommand({}));
    expect(ecrConfiguration?.rescanDurationState).toStrictEqual({
      rescanDuration: 'DAYS_14',
      status: 'PENDING',
      updatedAt: new Date('2024-06-01T00:00:00.500Z'),
    });
  });

  test.each([
    ['a filter that it does not know', { filterCriteria: { title: [{ comparison: 'EQUALS', value: 'x' }] } }],
    ['a page that is too large', { maxResults: 101 }],
    ['a token of another list', { nextToken: 'bm9uZQ==' }],
  ])('refuses %s', async (_what, body) => {
    const response = await fetch(`${server.url}/findings/list`, { method: 'POST', body: JSON.stringify(body) });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toStrictEqual([400, 'ValidationException']);
  });
});
