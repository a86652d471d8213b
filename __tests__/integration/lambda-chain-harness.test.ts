import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { deterministicZip } from '../../scripts/bundle/deterministic-zip';
import { TEST_ACCOUNT, TEST_REGION } from '../support/aws/aws-environment';
import { CHAIN_SETTINGS } from '../support/aws/chain-settings';
import { EventBus } from '../support/aws/event-bus';
import { LambdaFunction, type LambdaFunctionOptions } from '../support/aws/lambda-function';
import { describeOnMoto } from '../support/aws/moto-server';
import { ParameterChanges } from '../support/aws/parameter-changes';
import { createParameter, createQueue, uniqueName } from '../support/aws/resources';
import { findingEvent } from '../support/aws/chain-events';
import { digestOf } from '../unit/table/samples';

describe('a function in a process of its own', () => {
  const made: LambdaFunction[] = [];
  afterEach(async () => {
    for (const one of made.splice(0)) await one.remove();
  });
  const make = (code: string, more: Partial<LambdaFunctionOptions> = {}): LambdaFunction => {
    const zip = deterministicZip({ 'index.js': Buffer.from(code) });
    const one = new LambdaFunction({ name: 'f', zip, environment: () => ({ GIVEN: 'yes' }), ...more });
    made.push(one);
    return one;
  };

  test('has its environment and its layer, and nothing of this process', async () => {
    const layer = deterministicZip({ 'estate.json': Buffer.from('{"a":1}') });
    const environment = (root: string) => ({ ESTATE: `${root}/estate.json` });
    const f = make(
      `exports.handler = async (event) => ({ event, estate: require(process.env.ESTATE), names: Object.keys(process.env).sort() });`,
      { layer, environment },
    );
    expect(await f.invoke({ n: undefined, d: new Date(0) })).toMatchObject({
      event: { d: '1970-01-01T00:00:00.000Z' },
      estate: { a: 1 },
      names: expect.not.arrayContaining(['HOME', 'PATH', 'JEST_WORKER_ID']) as unknown,
    });
  });

  test('is loaded once, then works on one event after the other; its context tells the time that is left', async () => {
    const f = make(
      `let n = 0, busy = 0;
       exports.handler = async (event, context) => {
         busy++; await new Promise((resolve) => setTimeout(resolve, 20)); busy--;
         return [event, ++n, busy, context.getRemainingTimeInMillis() <= 9000, context.invokedFunctionArn];
       };`,
      { timeout: 9 },
    );
    const arn = `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:f`;
    expect(await Promise.all(['a', 'b'].map(async (event) => await f.invoke(event)))).toStrictEqual([
      ['a', 1, 0, true, arn],
      ['b', 2, 0, true, arn],
    ]);
    expect(f.coldStarts).toBe(1);
  });

  test('what it throws is a function error; it goes on with the next event', async () => {
    const f = make(`exports.handler = async (event) => { if (event) throw new TypeError('bad ' + event); };`);
    await expect(f.invoke('news')).rejects.toThrow('TypeError: bad news');
    expect(await f.invoke(null)).toBeNull();
    expect(f.coldStarts).toBe(1);
  });

  test('killed in an invocation, it fails that one, and starts anew with the next', async () => {
    const f = make(`exports.handler = async (event) => (event === 'hang' ? new Promise(() => {}) : process.pid);`);
    const first = await f.invoke('');
    const hanging = f.invoke('hang');
    const failed = expect(hanging).rejects.toThrow('f: the process was killed');
    while (!f.isBusy) await new Promise(setImmediate);
    f.kill();
    await failed;
    expect(await f.invoke('')).not.toBe(first);
    expect(f.coldStarts).toBe(2);
  });

  test('is ended when its time is up, and when it ends itself', async () => {
    const slow = make(`exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 60_000));`, {
      timeout: 0.2,
    });
    await expect(slow.invoke('')).rejects.toThrow('killed');
    const exiting = make(`exports.handler = async () => process.exit(3);`);
    await expect(exiting.invoke('')).rejects.toThrow('f ended (3)');
  });

  test('one that cannot be loaded says why', async () => {
    const f = make(`throw new Error('TABLE_NAME is not set');`);
    await expect(f.invoke('')).rejects.toThrow(/f ended \(1\).*TABLE_NAME is not set/s);
  });
});

describeOnMoto('events on moto', (moto) => {
  test('the bus sends what the rule matches, whole, and nothing else', async () => {
    const sqs = new SQSClient();
    const queue = await createQueue(sqs);
    const bus = new EventBus(moto());
    await bus.putRule({ name: uniqueName('rule'), pattern: CHAIN_SETTINGS.findings, queueArn: queue.arn });
    const event = findingEvent({ repository: 'golden/a', digest: digestOf('a'), package: 'glibc', day: 1 });
    const scan = { ...event, 'detail-type': 'Inspector2 Scan' };
    const instance = { ...event, detail: { ...event.detail, resources: [{ type: 'AWS_EC2_INSTANCE' }] } };
    expect(await bus.putEvents([scan, event, instance])).toBe(1);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 }),
    );
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toStrictEqual([
      { ...event, id: expect.any(String) as unknown, 'ingestion-time': expect.anything() as unknown },
    ]);
  });

  test('each version of a parameter is an event without its value', async () => {
    const client = makeSsmClient();
    const prefix = `/${uniqueName('prefix')}/signals`;
    const signal = new SsmRebuildSignal({ client, prefix });
    const sent: unknown[] = [];
    const changes = new ParameterChanges({
      client,
      prefix,
      pattern: CHAIN_SETTINGS.signals(prefix),
      send: async (event) => {
        await Promise.resolve(sent.push(event));
      },
    });
    await createParameter(client, `${prefix}/a`);
    expect(await changes.deliver()).toBe(0); // Create
    await signal.put('a', 's3://bucket/1');
    await signal.put('a', 's3://bucket/1');
    expect(await changes.deliver()).toBe(2);
    expect(sent).toStrictEqual(
      [1, 2].map(() => ({
        ...{ version: '0', id: expect.any(String) as unknown, 'detail-type': 'Parameter Store Change' },
        ...{ source: 'aws.ssm', account: TEST_ACCOUNT, region: TEST_REGION },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
        resources: [`arn:aws:ssm:${TEST_REGION}:${TEST_ACCOUNT}:parameter${prefix}/a`],
        detail: { operation: 'Update', name: `${prefix}/a`, type: 'String' },
      })),
    );
    expect(changes.delivered).toStrictEqual(sent);
    expect(await changes.deliver()).toBe(0);
  });
});
