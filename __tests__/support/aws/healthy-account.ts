import { CreateTableCommand, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { CreateRepositoryCommand, PutRegistryScanningConfigurationCommand } from '@aws-sdk/client-ecr';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { DynamoDbFindingTable } from '../../../adapters/aws/dynamodb-finding-table';
import type { Account } from '../../../cli/run/doctor/account';
import { FAILURE_QUEUES } from '../../../cli/run/doctor/checks/failures';
import { FUNCTION_NAMES } from '../../../cli/run/doctor/checks/roles';
import { IMAGE_BUILDER_ROLE } from '../../../cli/run/doctor/checks/service-linked-role';
import type { HeadItem } from '../../../domain/table/head-item';
import { headKey } from '../../../domain/table/keys';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import { putManifest } from './ecr-server';
import { type HttpStub, startHttpStub, type StubAction, type StubRequest } from './http-stub';
import type { ImageBuilderServer } from './image-builder-server';
import type { InspectorServer } from './inspector-server';
import { createBucket, createParameter } from './resources';

/** `golden-images.yaml` of the account. @param more further lines of the environment, or of the file */
export function healthyYaml({ environment = '', file = '' } = {}): string {
  return `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: 'public.ecr.aws/docker/library/debian:12-slim' }
  - { name: alpine_3.22, repository: golden/alpine, parent: 'public.ecr.aws/docker/library/alpine:3.22' }
environments:
  test:
    account: '${TEST_ACCOUNT}'
    region: ${TEST_REGION}
    backend: { type: local }
    rescanDays: lifetime
${environment}${file}`;
}

/** Tag of what was promoted. */
const RELEASE = '2026-11-01.1';

/** A digest that stands for an image's promoted one. */
export function promotedDigest(image: string): string {
  return `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

/** Makes everything that the stacks of an environment make, as far as doctor looks at it. */
export async function makeHealthyAccount(account: Account, inspector: InspectorServer): Promise<void> {
  const { names, label, images, clients } = account;
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: names.table,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      DeletionProtectionEnabled: true,
    }),
  );
  await clients.dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: names.table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await clients.ecr.send(
    new PutRegistryScanningConfigurationCommand({
      scanType: 'ENHANCED',
      rules: [
        { scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: [{ filter: 'golden/*', filterType: 'WILDCARD' }] },
      ],
    }),
  );
  for (const name of FAILURE_QUEUES)
    await clients.sqs.send(new CreateQueueCommand({ QueueName: label.name('queue', name) }));
  await createBucket(clients.s3, label.bucket('failures'));
  for (const name of [...FUNCTION_NAMES, 'lifecycle']) await createRole(account, label.name('role', name));
  // Its path is /aws-service-role/imagebuilder.amazonaws.com/; by its name it is found whatever the path.
  await createRole(account, IMAGE_BUILDER_ROLE);
  for (const image of images) await makeImage(account, image, inspector);
}

async function makeImage(
  account: Account,
  { image, names }: Account['images'][number],
  inspector: InspectorServer,
): Promise<void> {
  const { clients } = account;
  await createRole(account, names.role);
  await clients.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: names.role }));
  await clients.iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: names.role, RoleName: names.role }),
  );
  await createParameter(clients.ssm, names.signal);
  await clients.ecr.send(
    new CreateRepositoryCommand({
      repositoryName: image.repository,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [image.floatingTag, 'candidate'].map((filter) => ({
        filter,
        filterType: 'WILDCARD' as const,
      })),
    }),
  );
  const digest = promotedDigest(image.name);
  for (const tag of [RELEASE, image.floatingTag]) await putTag(account, image.repository, tag, digest);
  const head: HeadItem = {
    ...headKey(image.name),
    version: 1,
    type: 'HEAD',
    image: image.name,
    state: 'IDLE',
    sequence: 1,
    promoted: {
      digest,
      reference: `${image.repository}:${RELEASE}`,
      since: '2026-11-01T00:00:00.000Z',
      descendsFrom: [],
    },
    failures: 0,
    builds: { day: '2026-11-01', count: 1 },
  };
  await new DynamoDbFindingTable({ client: clients.dynamodb, tableName: account.names.table }).put(head, 0);
  inspector.setCoverage(image.repository, digest, { reason: 'SUCCESSFUL', lastScannedAt: '2026-11-20T00:00:00.000Z' });
}

/** Points a tag at an image of a digest that moto believes: of nothing but its manifest. */
export async function putTag({ clients }: Account, repository: string, tag: string, digest: string): Promise<void> {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const blob = { mediaType: 'application/octet-stream', digest, size: 1 };
  // Each digest is of other bytes.
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config: blob, layers: [] });
  await putManifest(clients.ecr, repository, tag, type, manifest, digest);
}

async function createRole({ clients }: Account, name: string): Promise<void> {
  await clients.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{}' }));
}

/** A server in front of the emulator. */
export interface Front extends HttpStub {
  /** Decides about requests before they are forwarded, where it is set: faults. */
  intercept: ((operation: string, request: StubRequest) => StubAction | undefined) | undefined;
  /** Subscriptions of every topic, which the emulator does not count; undefined: there is no topic. */
  subscriptions: { readonly confirmed: number; readonly pending: number } | undefined;
}

/** Starts a server that forwards to the emulator, so that single operations can be made to fail. */
export async function startFront(emulator: string): Promise<Front> {
  const stub = await startHttpStub((request) => {
    const operation = operationIn(request);
    const intercepted = front.intercept?.(operation, request);
    if (intercepted !== undefined) return intercepted;
    return operation === 'GetTopicAttributes' ? topicAttributes(front.subscriptions) : 'forward';
  }, emulator);
  const front: Front = {
    ...stub,
    requests: stub.requests,
    intercept: undefined,
    subscriptions: { confirmed: 1, pending: 0 },
  };
  return front;
}

/** An error of the query protocol. */
export function queryError(status: number, code: string): StubAction {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error>`;
  return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
}

function topicAttributes(subscriptions: Front['subscriptions']): StubAction {
  if (subscriptions === undefined) return queryError(404, 'NotFound');
  const entry = (key: string, value: number): string => `<entry><key>${key}</key><value>${value}</value></entry>`;
  const entries =
    entry('SubscriptionsConfirmed', subscriptions.confirmed) + entry('SubscriptionsPending', subscriptions.pending);
  const result = `<GetTopicAttributesResult><Attributes>${entries}</Attributes></GetTopicAttributesResult>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<GetTopicAttributesResponse>${result}</GetTopicAttributesResponse>`,
  };
}

/** Operation of a request of the JSON or the query protocol; of S3, method and path. */
export function operationIn({ headers, body, method, path }: StubRequest): string {
  const target = headers['x-amz-target']?.split('.').at(-1);
  const action = /(?:^|&)Action=(?<action>[A-Za-z]+)/.exec(body.toString())?.groups?.['action'];
  return target ?? action ?? `${method} ${path}`;
}

/** What Bedrock says of a model; parts that differ from a model with full access. */
export interface BedrockModels extends HttpStub {
  /** Status of the inference profile; undefined: there is none. */
  profile: string | undefined;
  /** Members of GetFoundationModelAvailability's answer; undefined: there is no such model. */
  availability: Record<string, unknown> | undefined;
}

/** Starts a server that speaks GetInferenceProfile and GetFoundationModelAvailability of Bedrock's control plane. */
export async function startBedrockModels(): Promise<BedrockModels> {
  const refuse = {
    status: 404,
    headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
    body: { message: 'none' },
  };
  const stub = await startHttpStub(({ method, path }) => {
    const { pathname } = new URL(path, 'http://bedrock');
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    if (method === 'GET' && pathname.startsWith('/inference-profiles/')) {
      if (server.profile === undefined) return refuse;
      const modelArn = `arn:aws:bedrock:eu-west-1::foundation-model/${name.replace(/^eu\./, '')}`;
      return { status: 200, body: { status: server.profile, models: [{ modelArn }], type: 'SYSTEM_DEFINED' } };
    }
    if (method === 'GET' && pathname.startsWith('/foundation-model-availability/'))
      return server.availability === undefined
        ? refuse
        : { status: 200, body: { modelId: name, ...server.availability } };
    return { status: 400, body: { message: `${method} ${pathname} is not known here` } };
  });
  const server: BedrockModels = {
    ...stub,
    requests: stub.requests,
    profile: 'ACTIVE',
    availability: {
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'NOT_AVAILABLE',
    },
  };
  return server;
}

/** Has the Image Builder stub answer GetImagePipeline. @param status of a pipeline by its ARN; undefined: there is none */
export function answerPipelines(server: ImageBuilderServer, status: (arn: string) => string | undefined): void {
  server.intercept = ({ method, path }) => {
    const { pathname, searchParams } = new URL(path, 'http://imagebuilder');
    if (method !== 'GET' || pathname !== '/GetImagePipeline') return undefined;
    const arn = searchParams.get('imagePipelineArn') ?? '';
    const found = status(arn);
    if (found !== undefined) return { status: 200, body: { requestId: 'r', imagePipeline: { arn, status: found } } };
    return {
      status: 404,
      headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
      body: { message: `${arn} does not exist` },
    };
  };
}
