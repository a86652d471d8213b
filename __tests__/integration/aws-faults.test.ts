import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import { ConditionFailedError } from '../../domain/errors';
import type { TableItem } from '../../domain/table/items';
import { withEnvironment } from '../support/aws/aws-environment';
import { startHttpStub, type HttpStub, type StubAction, type StubRequest } from '../support/aws/http-stub';
import { describeOnMoto } from '../support/aws/moto-server';
import { recordsOf, shardsOf } from '../support/aws/read-stream';
import { createBucket, createTable, uniqueName } from '../support/aws/resources';

const item = (version: number, more: Record<string, unknown> = {}): TableItem => ({
  ...{ pk: 'IMAGE#debian-12', sk: 'HEAD', version },
  ...more,
});

/** An error answer of the JSON protocols of DynamoDB and SSM. */
const refuse = (type: string, status = 400, message = type): StubAction => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: { __type: type, message },
});
/** An error answer of S3. */
const refuseXml = (code: string, status: number): StubAction => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`,
});

async function failureOf(promise: Promise<unknown>): Promise<{ error: AwsServiceError; seconds: number }> {
  const start = Date.now();
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AwsServiceError);
  return { error: error as AwsServiceError, seconds: (Date.now() - start) / 1000 };
}

describeOnMoto('faults between the adapters and moto', (moto) => {
  let proxy: HttpStub;
  /** What is done with the requests to come, one after the other; afterwards they are forwarded. */
  let faults: (StubAction | ((request: StubRequest) => StubAction | Promise<StubAction>))[];
  let always: StubAction | undefined;
  let restore: () => void;
  beforeEach(async () => {
    faults = [];
    always = undefined;
    proxy = await startHttpStub(async (request) => {
      const fault = faults.shift() ?? always ?? 'forward';
      return typeof fault === 'function' ? await fault(request) : fault;
    }, moto());
    restore = withEnvironment({ AWS_ENDPOINT_URL: proxy.url });
  });
  afterEach(async () => {
    restore();
    await proxy.stop();
  });

  describe('DynamoDB', () => {
    const setUp = async (requestTimeoutMs = 5000) => {
      const client = makeDynamoDbClient({ requestTimeoutMs });
      const { name, streamArn } = await createTable(client);
      const table = new DynamoDbFindingTable({ client, tableName: name });
      const before = proxy.requests.length;
      return {
        table,
        other: new DynamoDbFindingTable({ client: makeDynamoDbClient(), tableName: name }),
        tries: () => proxy.requests.length - before,
        /** Changes that the table really went through. */
        changes: async () => {
          const streams = new DynamoDBStreamsClient();
          const [shard] = await shardsOf(streams, streamArn);
          return (await recordsOf(streams, streamArn, shard!.ShardId!)).map(toChangeRecord);
        },
      };
    };

    test.each<[string, StubAction, number]>([
      ['throttled', refuse('ProvisionedThroughputExceededException'), 2],
      ['answered with 500', refuse('InternalServerError', 500), 2],
      ['cut off', 'drop', 3],
      ['cut off after it took place', 'lose', 1],
    ])('a put that is %s takes place once', async (_what, fault, times) => {
      const { table, tries, changes } = await setUp();
      faults.push(...Array.from({ length: times }, () => fault));
      await table.put(item(1, { facts: { n: [1, null, ''] } }), 0);
      expect(tries()).toBe(times + 1);
      expect(await table.get(item(1))).toStrictEqual(item(1, { facts: { n: [1, null, ''] } }));
      expect(await changes()).toHaveLength(1);
    });

    test('an update and a deletion whose answers are lost take place once', async () => {
      const { table, changes } = await setUp();
      await table.put(item(1), 0);
      faults.push('lose');
      await table.put(item(2, { state: 'BUSY' }), 1);
      faults.push('lose');
      await table.delete(item(2), 2);
      expect(await table.get(item(1))).toBeUndefined();
      expect((await changes()).map(({ event }) => event)).toStrictEqual(['INSERT', 'MODIFY', 'REMOVE']);
      await expect(table.delete(item(2), 2)).rejects.toThrow(ConditionFailedError);
    });

    test('a put that is repeated after another writer came first is refused', async () => {
      const { table, other, changes } = await setUp();
      faults.push(async () => {
        await other.put(item(1, { by: 'other' }), 0);
        return 'drop' as const;
      });
      await expect(table.put(item(1, { by: 'me' }), 0)).rejects.toThrow(ConditionFailedError);
      expect(await table.get(item(1))).toStrictEqual(item(1, { by: 'other' }));
      expect(await changes()).toHaveLength(1);
    });

    test('an item that stands there already is no success of a first try, even where it is the same', async () => {
      const { table } = await setUp();
      await table.put(item(1), 0);
      await expect(table.put(item(1), 0)).rejects.toThrow(ConditionFailedError);
    });

    test('throttled for good: it ends in some seconds, as a passing error, and nothing was written', async () => {
      const { table, tries, changes } = await setUp();
      always = refuse('ThrottlingException');
      const { error, seconds } = await failureOf(table.put(item(1), 0));
      expect(error).toMatchObject({
        code: 'ThrottlingException',
        operation: 'PutItem',
        attempts: 4,
        isTransient: true,
      });
      expect(tries()).toBe(4);
      expect(seconds).toBeLessThan(20);
      always = undefined;
      expect(await changes()).toStrictEqual([]);
    });

    test('no answer: each try ends by its time limit', async () => {
      const { table, tries } = await setUp(200);
      always = 'hang';
      const { error, seconds } = await failureOf(table.query('IMAGE#debian-12'));
      expect(error).toMatchObject({ code: 'TimeoutError', operation: 'Query', isTransient: true });
      expect(tries()).toBe(4);
      expect(seconds).toBeLessThan(5);
    });

    test('nobody listens: a passing error', async () => {
      const { table } = await setUp();
      await proxy.stop();
      const { error } = await failureOf(table.get(item(1)));
      expect(error).toMatchObject({ isTransient: true, attempts: 4 });
      proxy = await startHttpStub(() => 'forward', moto());
    });

    test.each([
      ['AccessDeniedException', 'not authorized to perform: dynamodb:PutItem', /^allow dynamodb:PutItem on table /],
      ['AccessDeniedException', 'KMS key is disabled', /^check that the KMS key .* is enabled/],
      ['ResourceNotFoundException', 'Requested resource not found', /^check the name, the account and the region/],
      ['ValidationException', 'one or more parameter values were invalid', /^look up ValidationException/],
    ])('%s (%s) is told at once, with what to do', async (code, message, hint) => {
      const { table, tries } = await setUp();
      always = refuse(code, 400, message);
      const { error } = await failureOf(table.put(item(1), 0));
      expect(error).toMatchObject({ code, isTransient: false, attempts: 1, kind: 'internal' });
      expect(error.message).toContain(`${code}: ${message}`);
      expect(error.hint).toMatch(hint);
      expect(tries()).toBe(1);
    });

    test('a page that fails is read again, and no item is lost or doubled', async () => {
      const { table } = await setUp();
      const items = Array.from({ length: 30 }, (_, n) => ({
        ...{ pk: 'p', sk: String(n).padStart(2, '0'), version: 1, text: 'x'.repeat(100_000) },
      }));
      for (const one of items) await table.put(one, 0);
      faults.push('forward', 'drop', refuse('ThrottlingException'), 'forward', refuse('InternalServerError', 500));
      expect(await table.query('p')).toStrictEqual(items);
    });
  });

  describe('S3', () => {
    const setUp = async () => {
      const client = makeS3Client({ requestTimeoutMs: 2000 });
      return new S3ScriptStore({ client, bucket: await createBucket(client) });
    };

    test.each<[string, StubAction]>([
      ['asked to slow down', refuseXml('SlowDown', 503)],
      ['in conflict with another', refuseXml('ConditionalRequestConflict', 409)],
      ['answered with 500', refuseXml('InternalError', 500)],
      ['cut off', 'drop'],
      ['cut off after it took place', 'lose'],
    ])('a script whose put is %s is stored', async (_what, fault) => {
      const store = await setUp();
      faults.push(fault);
      const { uri } = await store.putScript('debian-12', 'true\n');
      expect(await store.getScript(uri)).toBe('true\n');
    });

    test.each([
      ['AccessDenied', 403, false, /^allow s3:PutObject on s3:\/\/.*\/scripts\/debian-12\//],
      ['KMS.DisabledException', 400, false, /^check that the KMS key /],
      ['KMS.KMSInvalidStateException', 400, false, /^check that the KMS key /],
      ['NoSuchBucket', 404, false, /^check the name, the account and the region/],
      ['SlowDown', 503, true, /^it passes by itself/],
      ['RequestTimeout', 400, true, /^it passes by itself/],
    ])('%s is classified', async (code, status, isTransient, hint) => {
      const store = await setUp();
      always = refuseXml(code, status);
      const { error, seconds } = await failureOf(store.putScript('debian-12', 'true\n'));
      expect(error).toMatchObject({ service: 's3', operation: 'PutObject', code, isTransient });
      expect(error.hint).toMatch(hint);
      expect(seconds).toBeLessThan(20);
    });

    test('a paper that may not be read is an error, and not a paper that is not there', async () => {
      const store = await setUp();
      const uri = await store.putAudit('debian-12', 'x', 'text');
      always = refuseXml('AccessDenied', 403);
      const { error } = await failureOf(store.getAudit(uri));
      expect(error).toMatchObject({ operation: 'GetObject', isTransient: false });
    });
  });

  describe('SSM', () => {
    const setUp = () => new SsmRebuildSignal({ client: makeSsmClient(), prefix: `/${uniqueName('golden')}` });

    test.each<[string, StubAction, number]>([
      ['throttled', refuse('ThrottlingException'), 1],
      ['in conflict with another', refuse('TooManyUpdates'), 1],
      ['cut off', 'drop', 1],
      ['cut off after it took place: it counts twice', 'lose', 2],
    ])('a put that is %s', async (_what, fault, version) => {
      const signal = setUp();
      faults.push(fault);
      expect(await signal.put('debian-12', 's3://b/k')).toStrictEqual({ version });
      expect(await signal.get('debian-12')).toStrictEqual({ value: 's3://b/k', version });
    });

    test('AccessDenied is told at once, for reading too', async () => {
      const signal = setUp();
      always = refuse('AccessDeniedException');
      expect((await failureOf(signal.put('debian-12', 'x'))).error.hint).toMatch(
        /^allow ssm:PutParameter on parameter /,
      );
      expect((await failureOf(signal.get('debian-12'))).error.hint).toMatch(/^allow ssm:GetParameter on parameter /);
      expect(proxy.requests).toHaveLength(2);
    });
  });
});
