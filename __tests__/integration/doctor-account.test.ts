import { DeleteTableCommand, UpdateContinuousBackupsCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchDeleteImageCommand,
  DeleteRepositoryCommand,
  PutImageTagMutabilityCommand,
  PutRegistryScanningConfigurationCommand,
} from '@aws-sdk/client-ecr';
import { DeleteRoleCommand, RemoveRoleFromInstanceProfileCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteQueueCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { buildProgram } from '../../cli/program';
import { loadDeployed } from '../../cli/run/deployed-environment';
import { type Account, accountOf } from '../../cli/run/doctor/account';
import type { CheckResult } from '../../cli/run/doctor/check';
import { diagnoseAccount } from '../../cli/run/doctor/diagnose-account';
import { reconcileKey } from '../../domain/table/keys';
import type { ReconcileItem } from '../../domain/table/reconcile-item';
import { updateHead } from '../../domain/table/head-changes';
import { withEnvironment } from '../support/aws/aws-environment';
import {
  answerPipelines,
  type BedrockModels,
  type Front,
  healthyYaml,
  makeHealthyAccount,
  operationIn,
  promotedDigest,
  putTag,
  queryError,
  startBedrockModels,
  startFront,
} from '../support/aws/healthy-account';
import { type ImageBuilderServer, startImageBuilderServer } from '../support/aws/image-builder-server';
import { INSPECTOR_FAULTS, type InspectorServer, startInspectorServer } from '../support/aws/inspector-server';
import { describeOnMoto } from '../support/aws/moto-server';

const NOW = new Date('2026-11-22T00:00:00.000Z');
const DEBIAN = promotedDigest('debian-12');
const MODEL = 'model: { id: eu.anthropic.claude-sonnet-4-6 }\n';

/** The account of an environment; each test has its own names. */
async function account(yaml: string): Promise<Account> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    await writeFile(join(directory, 'golden-images.yaml'), yaml);
    return accountOf(await loadDeployed(join(directory, 'golden-images.yaml'), 'test'), NOW);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Actions of Inspector by the path of their requests. */
const INSPECTOR_ACTIONS: Readonly<Record<string, string>> = {
  '/configuration/get': 'inspector2:GetConfiguration',
  '/coverage/list': 'inspector2:ListCoverage',
  '/status/batch/get': 'inspector2:BatchGetAccountStatus',
};

/** Actions of the first policy of docs/doctor.md. */
async function readingPolicy(): Promise<string[]> {
  const text = await readFile(join(__dirname, '../../docs/doctor.md'), 'utf8');
  const [, block = ''] = /```json\n(?<policy>[\s\S]*?)\n```/.exec(text) ?? [];
  const { Statement } = JSON.parse(block) as { Statement: { Action: string | string[] }[] };
  return Statement.flatMap(({ Action }) => Action);
}

describeOnMoto('doctor on an account', (url) => {
  let front: Front;
  let inspector: InspectorServer;
  let builder: ImageBuilderServer;
  let bedrock: BedrockModels;
  let restore: () => void;
  let healthy: Account;

  beforeEach(async () => {
    await fetch(`${url()}/moto-api/reset`, { method: 'POST' });
    [front, inspector, builder, bedrock] = await Promise.all([
      startFront(url()),
      startInspectorServer(),
      startImageBuilderServer(),
      startBedrockModels(),
    ]);
    restore = withEnvironment({
      AWS_ENDPOINT_URL: front.url,
      AWS_ENDPOINT_URL_S3: front.url,
      AWS_ENDPOINT_URL_INSPECTOR2: inspector.url,
      AWS_ENDPOINT_URL_IMAGEBUILDER: builder.url,
      AWS_ENDPOINT_URL_BEDROCK: bedrock.url,
    });
    answerPipelines(builder, () => 'ENABLED');
    healthy = await account(healthyYaml({ file: MODEL }));
    await makeHealthyAccount(healthy, inspector);
  });

  afterEach(async () => {
    restore();
    await Promise.all(
      [front, inspector, builder, bedrock].map(async (stub) => {
        await stub.stop();
      }),
    );
  });

  /** Everything that is not ok. */
  async function complaints(of: Account = healthy): Promise<CheckResult[]> {
    return (await diagnoseAccount(of)).filter(({ status }) => status !== 'ok');
  }

  test('a healthy one has no complaint, and nothing in it was changed', async () => {
    const before = front.requests.length;
    const results = await diagnoseAccount(healthy);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect([...new Set(results.map(({ check }) => check))]).toEqual([
      'identity',
      'inspector-enabled',
      'rescan-window',
      'registry-scanning',
      'repositories',
      'pipelines',
      'rebuild-signals',
      'table',
      'failures',
      'roles',
      'service-linked-role',
      'model',
      'notifications',
      'scan-eligibility',
      'parents',
      'floating-tags',
    ]);
    expect(results).toHaveLength(39);
    const asked = front.requests.slice(before).map(operationIn);
    expect(asked.filter((one) => !/^(?:BatchGet|Get|Describe|List|GET)/.test(one))).toEqual([]);
  });

  test('asks for no right that the policy of docs/doctor.md does not give, and the policy only reads', async () => {
    const before = front.requests.length;
    await diagnoseAccount(healthy);
    const asked = front.requests.slice(before).map((request) => {
      const service = /Credential=[^/]+\/\d+\/[^/]+\/(?<service>[^/]+)\//.exec(request.headers['authorization'] ?? '');
      const operation = operationIn(request);
      return `${service?.groups?.['service'] ?? ''}:${operation.startsWith('GET /') ? 'ListBucket' : operation}`;
    });
    const elsewhere = [
      ...inspector.requests.map(({ path }) => INSPECTOR_ACTIONS[path] ?? path),
      ...builder.requests.map(({ path }) => `imagebuilder:${/^\/(?<name>\w+)/.exec(path)?.groups?.['name'] ?? path}`),
      ...bedrock.requests.map(({ path }) =>
        path.startsWith('/inference-profiles/')
          ? 'bedrock:GetInferenceProfile'
          : 'bedrock:GetFoundationModelAvailability',
      ),
    ];
    const given = await readingPolicy();
    expect([...new Set([...asked, ...elsewhere])].filter((action) => !given.includes(action))).toEqual([]);
    expect(given.filter((action) => !/:(?:BatchGet|Decrypt|Describe|Get|List|Query)/.test(action))).toEqual([]);
  });

  test('the command ends with 0 where all is well or only to be watched, else with 1', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
    const before = process.exitCode;
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const run = async (): Promise<unknown> => {
      process.exitCode = 0;
      const file = join(directory, 'golden-images.yaml');
      await buildProgram().parseAsync(['node', 'golden-images', 'doctor', '--environment', 'test', '--config', file]);
      return process.exitCode;
    };
    try {
      await writeFile(join(directory, 'golden-images.yaml'), healthyYaml());
      expect(await run()).toBe(0);
      front.subscriptions = { confirmed: 0, pending: 0 };
      expect(await run()).toBe(0);
      inspector.intercept = () => INSPECTOR_FAULTS.denied;
      expect(await run()).toBe(1);
    } finally {
      write.mockRestore();
      process.exitCode = before;
      await rm(directory, { recursive: true });
    }
  });

  interface Fault {
    readonly name: string;
    readonly make: () => Promise<unknown>;
    readonly check: string;
    readonly status: CheckResult['status'];
    readonly subject: string;
    readonly seen: RegExp;
    readonly todo: RegExp;
  }

  const faults: readonly Fault[] = [
    {
      name: 'Inspector is off',
      make: async () => await Promise.resolve((inspector.accountStatus = { state: 'ENABLED', ecr: 'DISABLED' })),
      check: 'inspector-enabled',
      status: 'failure',
      subject: 'Amazon Inspector',
      seen: /^it is ENABLED for the account, and DISABLED for ECR/,
      todo: /aws inspector2 enable --resource-types ECR/,
    },
    {
      name: "the re-scan window is AWS's own",
      make: async () => await Promise.resolve((inspector.rescan = { rescanDuration: 'DAYS_14' })),
      check: 'rescan-window',
      status: 'warning',
      subject: 'ECR re-scan duration',
      seen: /^it is 14 days: .*close unfixed$/,
      todo: /rescanDuration=LIFETIME/,
    },
    {
      name: 'the re-scan window is not the declared one',
      make: async () => await Promise.resolve((inspector.rescan = { rescanDuration: 'DAYS_90' })),
      check: 'rescan-window',
      status: 'warning',
      subject: 'ECR re-scan duration',
      seen: /^it is 90 days, and golden-images\.yaml says lifetime/,
      todo: /rescanDays to 90/,
    },
    {
      name: 'scanning is basic',
      make: async () =>
        await healthy.clients.ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: 'BASIC', rules: [] })),
      check: 'registry-scanning',
      status: 'failure',
      subject: 'registry scanning',
      seen: /^it is BASIC/,
      todo: /put-registry-scanning-configuration/,
    },
    {
      name: "a repository is no filter's",
      make: async () =>
        await healthy.clients.ecr.send(
          new PutRegistryScanningConfigurationCommand({
            scanType: 'ENHANCED',
            rules: [
              { scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: [{ filter: 'debian', filterType: 'WILDCARD' }] },
              { scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: [{ filter: '*', filterType: 'WILDCARD' }] },
            ],
          }),
        ),
      check: 'registry-scanning',
      status: 'failure',
      subject: 'repository golden/alpine',
      seen: /^it is scanned on push only/,
      todo: /scanning\.repositories/,
    },
    {
      name: 'a repository is gone',
      make: async () =>
        await healthy.clients.ecr.send(new DeleteRepositoryCommand({ repositoryName: 'golden/alpine', force: true })),
      check: 'repositories',
      status: 'failure',
      subject: 'repository golden/alpine',
      seen: /^it does not exist$/,
      todo: /images stack/,
    },
    {
      name: 'tags cannot be moved',
      make: async () =>
        await healthy.clients.ecr.send(
          new PutImageTagMutabilityCommand({ repositoryName: 'golden/debian-12', imageTagMutability: 'IMMUTABLE' }),
        ),
      check: 'repositories',
      status: 'failure',
      subject: 'repository golden/debian-12',
      seen: /^its tags are IMMUTABLE, and stable and candidate cannot be moved: nothing can be promoted$/,
      todo: /exclude stable and candidate/,
    },
    {
      name: 'tags of releases can be moved',
      make: async () =>
        await healthy.clients.ecr.send(
          new PutImageTagMutabilityCommand({ repositoryName: 'golden/debian-12', imageTagMutability: 'MUTABLE' }),
        ),
      check: 'repositories',
      status: 'warning',
      subject: 'repository golden/debian-12',
      seen: /^its tags are MUTABLE: tags of releases/,
      todo: /IMMUTABLE_WITH_EXCLUSION/,
    },
    {
      name: 'a pipeline is disabled',
      make: async () => {
        answerPipelines(builder, (arn) => (arn.endsWith('-debian-12') ? 'DISABLED' : 'ENABLED'));
        await Promise.resolve();
      },
      check: 'pipelines',
      status: 'warning',
      subject: 'pipeline golden-images-test-debian-12',
      seen: /^it is DISABLED/,
      todo: /enable it/,
    },
    {
      name: 'a pipeline is gone',
      make: async () => {
        answerPipelines(builder, (arn) => (arn.endsWith('-alpine-3-22') ? undefined : 'ENABLED'));
        await Promise.resolve();
      },
      check: 'pipelines',
      status: 'failure',
      subject: 'pipeline golden-images-test-alpine-3-22',
      seen: /^it does not exist$/,
      todo: /images stack/,
    },
    {
      name: 'a parameter is gone',
      make: async () =>
        await healthy.clients.ssm.send(
          new DeleteParameterCommand({ Name: '/golden-images/test/signals/alpine_5F3.22' }),
        ),
      check: 'rebuild-signals',
      status: 'failure',
      subject: 'parameter /golden-images/test/signals/alpine_5F3.22',
      seen: /^it does not exist: no build/,
      todo: /images stack/,
    },
    {
      name: 'the stream is off',
      make: async () =>
        await healthy.clients.dynamodb.send(
          new UpdateTableCommand({
            TableName: healthy.names.table,
            StreamSpecification: { StreamEnabled: false },
          }),
        ),
      check: 'table',
      status: 'failure',
      subject: 'stream of table golden-images-test-findings',
      seen: /^it is off: no patch is ever planned$/,
      todo: /patching stack/,
    },
    {
      name: 'the table can be deleted',
      make: async () =>
        await healthy.clients.dynamodb.send(
          new UpdateTableCommand({ TableName: healthy.names.table, DeletionProtectionEnabled: false }),
        ),
      check: 'table',
      status: 'warning',
      subject: 'deletion protection of table golden-images-test-findings',
      seen: /^it is off, although/,
      todo: /patching stack/,
    },
    {
      name: 'the table cannot be restored',
      make: async () =>
        await healthy.clients.dynamodb.send(
          new UpdateContinuousBackupsCommand({
            TableName: healthy.names.table,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
          }),
        ),
      check: 'table',
      status: 'failure',
      subject: 'backups of table golden-images-test-findings',
      seen: /^point-in-time recovery is off/,
      todo: /patching stack/,
    },
    {
      name: 'a dead letter waits',
      make: async () => {
        const { sqs } = healthy.clients;
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'golden-images-test-failures' }));
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
      },
      check: 'failures',
      status: 'failure',
      subject: 'queue golden-images-test-failures',
      seen: /^1 message waits in it/,
      todo: /redrive/,
    },
    {
      name: 'a queue is gone',
      make: async () => {
        const { sqs } = healthy.clients;
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'golden-images-test-failures' }));
        await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      },
      check: 'failures',
      status: 'failure',
      subject: 'queue golden-images-test-failures',
      seen: /^it does not exist$/,
      todo: /patching stack/,
    },
    {
      name: 'a batch of the stream failed for good',
      make: async () =>
        await healthy.clients.s3.send(
          new PutObjectCommand({ Bucket: healthy.label.bucket('failures'), Key: 'aws/lambda/1', Body: '{}' }),
        ),
      check: 'failures',
      status: 'failure',
      subject: 'bucket golden-images-test-failures-123456789012-eu-central-1',
      seen: /the first at aws\/lambda\/1$/,
      todo: /reconcile-findings/,
    },
    {
      name: 'a role is gone',
      make: async () =>
        await healthy.clients.iam.send(new DeleteRoleCommand({ RoleName: 'golden-images-test-track-build' })),
      check: 'roles',
      status: 'failure',
      subject: 'role golden-images-test-track-build',
      seen: /^it does not exist$/,
      todo: /patching stack/,
    },
    {
      name: 'Image Builder has no role in the account',
      make: async () =>
        await healthy.clients.iam.send(new DeleteRoleCommand({ RoleName: 'AWSServiceRoleForImageBuilder' })),
      check: 'service-linked-role',
      status: 'failure',
      subject: 'role AWSServiceRoleForImageBuilder',
      seen: /^it does not exist, .*the first build is refused$/,
      todo: /^aws iam create-service-linked-role --aws-service-name imagebuilder\.amazonaws\.com$/,
    },
    {
      name: 'a build instance would have no role',
      make: async () =>
        await healthy.clients.iam.send(
          new RemoveRoleFromInstanceProfileCommand({
            InstanceProfileName: 'golden-images-test-debian-12-build',
            RoleName: 'golden-images-test-debian-12-build',
          }),
        ),
      check: 'roles',
      status: 'failure',
      subject: 'instance profile golden-images-test-debian-12-build',
      seen: /^it does not have its role$/,
      todo: /images stack/,
    },
    {
      name: 'the account has no access to the model',
      make: async () => {
        bedrock.availability = { ...bedrock.availability, authorizationStatus: 'NOT_AUTHORIZED' };
        await Promise.resolve();
      },
      check: 'model',
      status: 'failure',
      subject: 'model eu.anthropic.claude-sonnet-4-6',
      seen: /^it is NOT_AUTHORIZED$/,
      todo: /Model access/,
    },
    {
      name: 'there is no such model',
      make: async () => {
        Object.assign(bedrock, { profile: undefined, availability: undefined });
        await Promise.resolve();
      },
      check: 'model',
      status: 'failure',
      subject: 'model eu.anthropic.claude-sonnet-4-6',
      seen: /^there is no such model in the region$/,
      todo: /model\.id and model\.region/,
    },
    {
      name: 'the model needs an inference profile',
      make: async () => {
        bedrock.profile = undefined;
        await Promise.resolve();
      },
      check: 'model',
      status: 'failure',
      subject: 'model eu.anthropic.claude-sonnet-4-6',
      seen: /^it cannot be asked in the region$/,
      todo: /inference profile/,
    },
    {
      name: 'nobody is subscribed',
      make: async () => await Promise.resolve((front.subscriptions = { confirmed: 0, pending: 0 })),
      check: 'notifications',
      status: 'warning',
      subject: 'topic golden-images-test-notifications',
      seen: /^nobody is subscribed: alarms and held images reach nobody$/,
      todo: /notifications\.emails/,
    },
    {
      name: 'nobody has confirmed a subscription',
      make: async () => await Promise.resolve((front.subscriptions = { confirmed: 0, pending: 2 })),
      check: 'notifications',
      status: 'warning',
      subject: 'topic golden-images-test-notifications',
      seen: /^2 of its subscriptions wait to be confirmed, and none is: /,
      todo: /follow the link/,
    },
    {
      name: 'the topic is gone',
      make: async () => {
        await Promise.resolve((front.subscriptions = undefined));
      },
      check: 'notifications',
      status: 'failure',
      subject: 'topic golden-images-test-notifications',
      seen: /^it does not exist$/,
      todo: /patching stack/,
    },
    {
      name: 'a promoted image is not scanned any more',
      make: async () => {
        inspector.setCoverage('golden/debian-12', DEBIAN, {
          statusCode: 'INACTIVE',
          reason: 'SCAN_ELIGIBILITY_EXPIRED',
          lastScannedAt: '2026-11-15T00:00:00.000Z',
        });
        await Promise.resolve();
      },
      check: 'scan-eligibility',
      status: 'failure',
      subject: 'image debian-12',
      seen: /^Inspector does not scan it any more, and its findings are closed unfixed$/,
      todo: /golden-images rebuild/,
    },
    {
      name: 'the parent of an image is not watched',
      make: async () => {
        const reference = 'public.ecr.aws/docker/library/debian:12-slim';
        const since = '2026-11-21T00:00:00.000Z';
        const unwatched = { reference, since, trouble: 'no-access' as const, detail: 'it is private' };
        const item: ReconcileItem = {
          ...reconcileKey('debian-12'),
          type: 'RECONCILE',
          version: 1,
          image: 'debian-12',
          unwatched,
        };
        const { clients, names } = healthy;
        await new DynamoDbFindingTable({ client: clients.dynamodb, tableName: names.table }).put(item, 0);
      },
      check: 'parents',
      status: 'warning',
      subject: 'image debian-12',
      seen: /^a newer digest of its parent public\.ecr\.aws\/docker\/library\/debian:12-slim is not noticed since 2026-11-21T00:00:00\.000Z: it is private$/,
      todo: /pull through cache rule/,
    },
    {
      name: 'a promoted image is not known to Inspector',
      make: async () => {
        inspector.forget('golden/debian-12', DEBIAN);
        await Promise.resolve();
      },
      check: 'scan-eligibility',
      status: 'failure',
      subject: 'image debian-12',
      seen: /^Inspector does not know its current digest sha256:/,
      todo: /registry-scanning/,
    },
    {
      name: 'somebody else has moved the floating tag',
      make: async () => {
        const foreign = `sha256:${'f'.repeat(64)}`;
        await putTag(healthy, 'golden/debian-12', 'theirs', foreign);
        await putTag(healthy, 'golden/debian-12', 'stable', foreign);
      },
      check: 'floating-tags',
      status: 'failure',
      subject: 'tag golden/debian-12:stable',
      seen: new RegExp(`^it is on sha256:f{64}, and ${DEBIAN} was promoted: somebody else`),
      todo: /tag golden\/debian-12:2026-11-01\.1 again .*golden-images rebuild --image debian-12 --reason … --environment test$/,
    },
    {
      name: 'somebody has taken the floating tag away',
      make: async () =>
        await healthy.clients.ecr.send(
          new BatchDeleteImageCommand({ repositoryName: 'golden/alpine', imageIds: [{ imageTag: 'stable' }] }),
        ),
      check: 'floating-tags',
      status: 'failure',
      subject: 'tag golden/alpine:stable',
      seen: /^it is on no image, and sha256:/,
      todo: /golden-images rebuild --image alpine_3\.22/,
    },
    {
      name: 'a promotion is just moving the floating tag',
      make: async () => {
        await putTag(healthy, 'golden/debian-12', 'stable', `sha256:${'f'.repeat(64)}`);
        const findings = new DynamoDbFindingTable({
          client: healthy.clients.dynamodb,
          tableName: healthy.names.table,
        });
        await updateHead(findings, 'debian-12', (head) => ({
          ...head,
          moving: { by: 'promotion', patch: 2, reference: 'golden/debian-12:2026-11-22.1' },
        }));
      },
      check: 'floating-tags',
      status: 'warning',
      subject: 'tag golden/debian-12:stable',
      seen: /^it is just being moved$/,
      todo: /look again/,
    },
  ];

  test.each(faults)('$name', async ({ make, check, status, subject, seen, todo }) => {
    await make();
    const found = await complaints();
    expect(found).toEqual([
      {
        check,
        status,
        subject,
        seen: expect.stringMatching(seen) as string,
        todo: expect.stringMatching(todo) as string,
      },
    ]);
  });

  test('without a table, one complaint says so, and another what depends on it', async () => {
    const { dynamodb } = healthy.clients;
    await dynamodb.send(new UpdateTableCommand({ TableName: healthy.names.table, DeletionProtectionEnabled: false }));
    await dynamodb.send(new DeleteTableCommand({ TableName: healthy.names.table }));
    expect((await complaints()).map(({ check, status, subject }) => `${check} ${status} ${subject}`)).toEqual([
      'table failure table golden-images-test-findings',
      'scan-eligibility could-not-check image alpine_3.22',
      'scan-eligibility could-not-check image debian-12',
      'parents could-not-check image alpine_3.22',
      'parents could-not-check image debian-12',
      'floating-tags could-not-check tag golden/alpine:stable',
      'floating-tags could-not-check tag golden/debian-12:stable',
    ]);
  });

  test('a promoted image that is about to drop out of scanning is told by its day', async () => {
    inspector.rescan = { rescanDuration: 'DAYS_30' };
    const short = await account(healthyYaml().replace('rescanDays: lifetime', 'rescanDays: 24'));
    const found = (await complaints(short)).filter(({ check }) => check === 'scan-eligibility');
    expect(found.map(({ status, todo }) => `${status} ${todo ?? ''}`)).toEqual([
      expect.stringMatching(/^warning The scanner stops looking at the image on 2026-11-25/),
      expect.stringMatching(/^warning The scanner stops looking at the image on 2026-11-25/),
    ]);
  });

  test('patches that wait for approval, and nobody to ask, are a failure', async () => {
    const asks = await account(healthyYaml({ file: 'policy: { modeBySeverity: { CRITICAL: approve } }\n' }));
    front.subscriptions = { confirmed: 0, pending: 0 };
    const [found] = await complaints(asks);
    expect(found).toMatchObject({ check: 'notifications', status: 'failure' });
    expect(found?.seen).toBe('nobody is subscribed, and patches of alpine_3.22, debian-12 wait for approval');
  });

  test('no model is fine, and said', async () => {
    const results = await diagnoseAccount(await account(healthyYaml()));
    expect(results.find(({ check }) => check === 'model')).toEqual({
      check: 'model',
      status: 'ok',
      subject: 'model',
      seen: 'none is configured: rules write every patch',
    });
    expect(bedrock.requests).toEqual([]);
  });

  test('the credentials of another account end it', async () => {
    const other = await account(healthyYaml().replaceAll('123456789012', '210987654321'));
    const results = await diagnoseAccount(other);
    expect(results).toEqual([
      {
        check: 'identity',
        status: 'failure',
        subject: 'credentials',
        seen: expect.stringMatching(
          /^they are of account 123456789012 .* environment test is in account 210987654321$/,
        ) as string,
        todo: 'set AWS_PROFILE, or take a role, of that account',
      },
    ]);
  });

  /** Operation, the checks that ask it, and the right to it. */
  const denied: readonly (readonly [string, string, string])[] = [
    ['GetQueueAttributes', 'failures', 'sqs:GetQueueAttributes'],
    ['GetRegistryScanningConfiguration', 'registry-scanning', 'ecr:GetRegistryScanningConfiguration'],
    ['DescribeRepositories', 'repositories', 'ecr:DescribeRepositories'],
    ['GetParameter', 'rebuild-signals', 'ssm:GetParameter'],
    ['DescribeTable', 'table', 'dynamodb:DescribeTable'],
    ['DescribeContinuousBackups', 'table', 'dynamodb:DescribeContinuousBackups'],
    ['GetItem', 'scan-eligibility parents floating-tags', 'dynamodb:GetItem'],
    ['BatchGetImage', 'floating-tags', 'ecr:BatchGetImage'],
    ['GetRole', 'roles service-linked-role', 'iam:GetRole'],
    ['GetInstanceProfile', 'roles', 'iam:GetInstanceProfile'],
    ['GetTopicAttributes', 'notifications', 'sns:GetTopicAttributes'],
  ];

  test.each(denied)('a refused %s is told as the right that is missing', async (operation, checks, action) => {
    front.intercept = (asked) => {
      if (asked !== operation) return undefined;
      if (operation === 'GetTopicAttributes') return queryError(403, 'AuthorizationError');
      return /^Get(?:Role|Instance)/.test(operation)
        ? queryError(403, 'AccessDenied')
        : { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } };
    };
    const found = await complaints();
    expect(new Set(found.map((one) => `${one.check} ${one.status}`))).toEqual(
      new Set(checks.split(' ').map((check) => `${check} could-not-check`)),
    );
    for (const { todo } of found) expect(todo).toContain(`allow ${action} on`);
  });

  test('a refusal of Inspector keeps only what asks it from being known', async () => {
    inspector.intercept = () => INSPECTOR_FAULTS.denied;
    const found = await complaints();
    expect(found.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'inspector-enabled could-not-check',
      'rescan-window could-not-check',
      'scan-eligibility could-not-check',
      'scan-eligibility could-not-check',
    ]);
    expect(found.map(({ todo }) => /allow (?<action>\S+) on/.exec(todo ?? '')?.groups?.['action'])).toEqual([
      'inspector2:BatchGetAccountStatus',
      'inspector2:GetConfiguration',
      'inspector2:ListCoverage',
      'inspector2:ListCoverage',
    ]);
  });
});
