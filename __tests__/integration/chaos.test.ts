import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetImageCommand } from '@aws-sdk/client-imagebuilder';
import { ListFindingsCommand } from '@aws-sdk/client-inspector2';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { callAws } from '../../adapters/aws/aws-error';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { awsEnvironment, withEnvironment } from '../support/aws/aws-environment';
import { CALM, CHAOS } from '../support/aws/chaos';
import { faultAnswer } from '../support/aws/chaos-faults';
import { differences } from '../support/aws/chaos-end-state';
import { chaosEstate } from '../support/aws/chaos-estate';
import { type EstateRun, runEstate } from '../support/aws/chaos-run';
import { startHttpStub } from '../support/aws/http-stub';
import { makeLambdaZips } from '../support/aws/lambda-zips';
import { describeOnMoto } from '../support/aws/moto-server';

const ESTATE = chaosEstate(3, 20);
const SEEDS = [1, 2];

describe('a fault of a service, as its client reads it', () => {
  const once = { maximumAttempts: 1 };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    dynamodb: async () => await makeDynamoDbClient(once).send(new ListTablesCommand({})),
    ssm: async () => await makeSsmClient(once).send(new GetParameterCommand({ Name: 'p' })),
    ecr: async () => await makeEcrClient(once).send(new DescribeRepositoriesCommand({})),
    events: async () => await makeEventBridgeClient(once).send(new PutEventsCommand({ Entries: [] })),
    imagebuilder: async () =>
      await makeImageBuilderClient(once).send(new GetImageCommand({ imageBuildVersionArn: 'a' })),
    inspector2: async () => await makeInspectorClient(once).send(new ListFindingsCommand({})),
    sns: async () => await makeSnsClient(once).send(new PublishCommand({ TopicArn: 't', Message: 'm' })),
    s3: async () => await makeS3Client(once).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
  };
  const run = async (service: string, fault: 'throttled' | 'failed'): Promise<unknown> => {
    const stub = await startHttpStub(() => faultAnswer(service, fault));
    const restore = withEnvironment(awsEnvironment(stub.url));
    try {
      return await callAws({ service: 's3', operation: 'o', resource: 'r' }, calls[service]!).catch(
        (error: unknown) => error,
      );
    } finally {
      restore();
      await stub.stop();
    }
  };

  test.each([
    ['dynamodb', 'ProvisionedThroughputExceededException', 'InternalServerError'],
    ['ssm', 'ThrottlingException', 'InternalServerError'],
    ['ecr', 'ThrottlingException', 'InternalServerError'],
    ['events', 'ThrottlingException', 'InternalServerError'],
    ['imagebuilder', 'CallRateLimitExceededException', 'InternalServerException'],
    ['inspector2', 'ThrottlingException', 'InternalServerException'],
    ['sns', 'ThrottledException', 'InternalErrorException'],
    ['s3', 'SlowDown', 'InternalError'],
  ])('%s: %s, %s', async (service, throttled, failed) => {
    expect(await run(service, 'throttled')).toMatchObject({ code: throttled, isTransient: true });
    expect(await run(service, 'failed')).toMatchObject({ code: failed, isTransient: true, status: 500 });
  });
});

describeOnMoto('an estate whose AWS calls fail and whose functions are killed', (moto) => {
  let zips: ReadonlyMap<string, Uint8Array>;
  let clean: EstateRun;
  const run = async (seed: number, level: typeof CHAOS): Promise<EstateRun> =>
    await runEstate({ moto: moto(), zips, estate: ESTATE, seed, level });
  beforeAll(async () => {
    zips = await makeLambdaZips();
    clean = await run(0, CALM);
  });
  afterEach(async () => {
    await fetch(`${moto()}/moto-api/reset`, { method: 'POST' });
  });

  test('is patched in one build an image where nothing goes wrong', () => {
    expect(clean).toMatchObject({ builds: 3, modelCalls: 3, inFlight: [], lost: [] });
    expect(clean.counts).toMatchObject({ lasting: 0, kills: 0, duplicates: 0 });
    for (const { head, targets, findings } of clean.ends.values()) {
      expect(head).toStrictEqual({ state: 'IDLE', lease: undefined, failures: 0, isPromoted: true, isFloating: true });
      expect(targets.length).toBeGreaterThan(0);
      expect(Object.keys(findings).length).toBeGreaterThanOrEqual(20);
    }
  });

  test.each(SEEDS)('ends in the same state (seed %i)', async (seed) => {
    const { ends, inFlight, lost, counts } = await run(seed, CHAOS);
    expect({ inFlight, lost, unlike: differences(clean.ends, ends) }).toStrictEqual({
      ...{ inFlight: [], lost: [], unlike: [] },
    });
    const failed = Object.values(counts.failed).reduce((sum, one) => sum + one, 0);
    expect(failed / counts.calls).toBeGreaterThan(0.05);
    for (const count of [counts.failed.failed, counts.failed['timed-out'], counts.failed['reply-lost'], counts.kills])
      expect(count).toBeGreaterThan(0);
  });

  test('is told apart where a finding or the content of an image differs', () => {
    const [[name, end] = ['', undefined]] = clean.ends;
    const [key = ''] = Object.keys(end?.findings ?? {});
    const other = new Map(clean.ends).set(name, {
      ...end!,
      findings: { ...end?.findings, [key]: { ...(end?.findings[key] as object), what: 'OPEN' } },
      content: [...(end?.content ?? []), 'CVE-2024-1 zlib'],
    });
    expect(differences(clean.ends, other)).toHaveLength(2);
    expect(differences(other, clean.ends)[0]).toMatch(/^golang-0 findings FINDING#.* what: "OPEN" against "/);
  });
});
