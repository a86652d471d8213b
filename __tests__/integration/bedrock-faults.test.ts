import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { makeConverseModel } from '../../adapters/aws/bedrock/converse-model';
import { promptOf } from '../../domain/author/prompt';
import type { ModelOutage } from '../../domain/errors';
import type { Asked, Asking } from '../support/converse/asking-process';
import { setAwsEnvironment } from '../support/converse/aws-environment';
import type { BehaviourName } from '../support/converse/behaviours';
import { BEHAVIOURS, slow, throttledThenGood } from '../support/converse/behaviours';
import type { ConverseServer } from '../support/converse/converse-server';
import { startConverseServer } from '../support/converse/converse-server';
import { sampleRequest } from '../support/converse/sample-request';

/** Tries of one question (adapters/aws/bedrock/converse-model.ts). */
const ATTEMPTS = 6;
const MODEL_ID = 'us.anthropic.claude-sonnet-4-6';

let server: ConverseServer;
/** Asks in a process of its own: in jest's realm, errors of sockets are no errors, and would be classified otherwise. */
let asker: ChildProcess;

beforeAll(async () => {
  server = await startConverseServer(BEHAVIOURS.good);
  const script = require.resolve('../support/converse/asking-process');
  asker = fork(script, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
});

afterAll(async () => {
  asker.disconnect();
  await once(asker, 'exit');
  await server.close();
});

beforeEach(() => {
  server.behave(BEHAVIOURS.good);
});

/** How a question ended. */
interface Ended {
  readonly asked: Asked;
  /** Requests that the server saw of it. */
  readonly requests: number;
  readonly paid: number;
  readonly seconds: number;
}

interface Circumstances extends Partial<Asking['options']> {
  /** Changes to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** @default 0.01: waits between tries are a hundredth of their limits */
  readonly jitter?: number;
}

async function ask({ environment = {}, jitter = 0.01, ...options }: Circumstances = {}): Promise<Ended> {
  const before = { requests: server.requests.length, paid: server.paidAnswers() };
  const started = performance.now();
  const asking: Asking = {
    asker: expect.getState().currentTestName ?? '',
    options: { modelId: MODEL_ID, timeoutSeconds: 10, ...options },
    // JSON, in which messages travel, leaves out what is undefined.
    environment: { ...server.environment, ...environment } as Record<string, string>,
    jitter,
  };
  asker.send(asking);
  const [asked] = (await once(asker, 'message')) as [Asked];
  return {
    asked,
    requests: server.requests.length - before.requests,
    paid: server.paidAnswers() - before.paid,
    seconds: (performance.now() - started) / 1_000,
  };
}

/** @returns the error, which has to be the one that means "no answer now" */
function outageOf({ asked }: Ended): Extract<Asked, { kind: 'outage' }> {
  expect(asked).toMatchObject({ kind: 'outage' });
  if (asked.kind !== 'outage') throw new Error(asked.kind);
  expect(asked.cause).not.toBe('');
  expect(asked.retryAfterSeconds).toBeGreaterThanOrEqual(60);
  expect(asked.retryAfterSeconds).toBeLessThanOrEqual(3_600);
  return asked;
}

/** What people are shown. */
function told({ asked }: Ended): string {
  return asked.kind === 'outage' ? `${asked.message}; ${asked.hint ?? ''}` : asked.kind;
}

function stopReasonOf({ asked }: Ended): string {
  return asked.kind === 'reply' ? asked.reply.stopReason : JSON.stringify(asked);
}

describe('throttling', () => {
  test('5 times throttled, then answered: one answer, paid once, with growing waits', async () => {
    server.behave(throttledThenGood(5));
    const ended = await ask({ jitter: 0.1 });
    expect(stopReasonOf(ended)).toBe('end_turn');
    expect([ended.requests, ended.paid]).toEqual([6, 1]);
    const times = server.requests.slice(-6).map(({ at }) => at);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits.at(-1)).toBeGreaterThan(2 * (waits[0] ?? Infinity));
    // A tenth of the limits of 1, 2, 4, 8 and 16 s.
    expect(ended.seconds).toBeGreaterThan(3);
    expect(ended.seconds).toBeLessThan(10);
  });

  test('throttled for ever: given up after a bounded number of tries', async () => {
    server.behave(BEHAVIOURS.throttled);
    const ended = await ask();
    expect(outageOf(ended).outage).toBe('throttled');
    expect(told(ended)).toContain('quota');
    expect([ended.requests, ended.paid]).toEqual([ATTEMPTS, 0]);
  });

  test('the time limit also ends the waits between tries', async () => {
    server.behave(BEHAVIOURS.throttled);
    const ended = await ask({ timeoutSeconds: 2, jitter: 0.999 });
    expect(['throttled', 'timeout']).toContain(outageOf(ended).outage);
    expect(ended.seconds).toBeGreaterThan(1.9);
    expect(ended.seconds).toBeLessThan(3);
  });
});

describe('a service that keeps silent', () => {
  test.each<BehaviourName>(['stall', 'stall-at-once'])('%s: ended by the time limit, not asked again', async (name) => {
    server.behave(BEHAVIOURS[name]);
    const ended = await ask({ timeoutSeconds: 1 });
    expect(outageOf(ended).outage).toBe('timeout');
    expect(told(ended)).toContain('within 1 s');
    expect(told(ended)).toContain('model.timeoutSeconds');
    expect(ended.requests).toBe(1);
    expect(ended.seconds).toBeGreaterThan(0.9);
    expect(ended.seconds).toBeLessThan(2);
  });

  test('the limit is 240 s where nothing else is set: a stall of 60 s is not its end', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    const restore = setAwsEnvironment(server.environment);
    await makeConverseModel({ modelId: MODEL_ID }).ask(promptOf(sampleRequest()));
    restore();
    expect(timeout.mock.calls).toEqual([[240_000]]);
  });

  test('a slow answer within the limit is taken', async () => {
    server.behave(slow(1_500));
    const ended = await ask({ timeoutSeconds: 5 });
    expect(stopReasonOf(ended)).toBe('end_turn');
    expect([ended.requests, ended.paid]).toEqual([1, 1]);
  });
});

/** Each fault, its class, the setting that its message names, and the requests that it costs. */
const FAULTS: readonly [BehaviourName, ModelOutage, RegExp, number][] = [
  ['hang-up', 'connection', /hung up/, ATTEMPTS],
  ['hang-up-at-once', 'connection', /hung up/, ATTEMPTS],
  ['outage', 'service', /unable to process/, ATTEMPTS],
  ['internal-error', 'service', /unexpected error/, ATTEMPTS],
  ['broken-proxy', 'service', /failed/, ATTEMPTS],
  ['login-page', 'service', /failed/, 1],
  ['model-error', 'service', /failed to process/, 1],
  ['model-timeout', 'timeout', /model\.timeoutSeconds/, 1],
  ['not-ready', 'throttled', /not ready/, ATTEMPTS],
  ['expired-credentials', 'credentials', /expired.*; log in again/, 1],
  ['invalid-credentials', 'credentials', /invalid.*; log in again/, 1],
  ['access-denied', 'access-denied', /bedrock:InvokeModel/, 1],
  ['unknown-model', 'model-not-found', /us\.anthropic\.claude-sonnet-4-6.*us-east-1.*model\.id and model\.region/, 1],
  ['end-of-life', 'model-not-found', /end of its life.*model\.id/, 1],
  ['needs-inference-profile', 'model-not-found', /inference profile.*model\.id/, 1],
  ['input-too-long', 'rejected', /too long.*model\.id/, 1],
];

describe('faults of the service', () => {
  test.each(FAULTS)('%s: %s', async (name, outage, setting, requests) => {
    server.behave(BEHAVIOURS[name]);
    const ended = await ask();
    expect(outageOf(ended).outage).toBe(outage);
    expect(told(ended)).toMatch(setting);
    expect(ended.requests).toBe(requests);
    expect(ended.seconds).toBeLessThan(5);
  });

  test.each<BehaviourName>(['hang-up', 'outage', 'throttled', 'broken-proxy', 'not-ready'])(
    '%s once: the question is asked again, and its answer is not lost',
    async (name) => {
      server.behave((call) => (call.number === 1 ? BEHAVIOURS[name](call) : BEHAVIOURS.good(call)));
      const ended = await ask();
      expect(stopReasonOf(ended)).toBe('end_turn');
      expect([ended.requests, ended.paid]).toEqual([2, 1]);
    },
  );

  test('the same model answers again when the service is back, also after a stall', async () => {
    for (const name of ['stall', 'expired-credentials', 'hang-up-at-once'] as const) {
      server.behave(BEHAVIOURS[name]);
      outageOf(await ask({ timeoutSeconds: 1 }));
      server.behave(BEHAVIOURS.good);
      expect(stopReasonOf(await ask({ timeoutSeconds: 1 }))).toBe('end_turn');
    }
  });
});

test('outages do not use up the tries of later questions of the process', async () => {
  server.behave(BEHAVIOURS.outage);
  for (let question = 1; question <= 8; question++) outageOf(await ask());
  server.behave((call) => (call.number === 1 ? BEHAVIOURS.outage() : BEHAVIOURS.good(call)));
  const ended = await ask();
  expect(stopReasonOf(ended)).toBe('end_turn');
  expect(ended.requests).toBe(2);
});

describe('faults on this side', () => {
  test('no credentials at all', async () => {
    const ended = await ask({ environment: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined } });
    expect(outageOf(ended).outage).toBe('credentials');
    expect(told(ended)).toMatch(/credentials.*log in again/);
    expect(ended.requests).toBe(0);
    expect(ended.seconds).toBeLessThan(5);
  });

  test('no region; model.region sets it', async () => {
    const environment = { AWS_REGION: undefined };
    const ended = await ask({ environment });
    expect(outageOf(ended).outage).toBe('region');
    expect(told(ended)).toMatch(/model\.region.*AWS_REGION/);
    expect(ended.requests).toBe(0);
    expect((await ask({ environment, region: 'us-west-2' })).requests).toBe(1);
    expect(server.requests.at(-1)?.headers.authorization).toContain('/us-west-2/bedrock/aws4_request');
  });

  test('an endpoint that does not resolve', async () => {
    const environment = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://bedrock-runtime.nowhere-1.invalid' };
    const ended = await ask({ environment });
    // A machine without any DNS is told EAI_AGAIN, which is no fault of the region's.
    expect(['region', 'connection']).toContain(outageOf(ended).outage);
    expect(told(ended)).toContain('us-east-1');
    expect(ended.seconds).toBeLessThan(10);
  });

  test('an endpoint that refuses', async () => {
    const gone = await startConverseServer(BEHAVIOURS.good);
    await gone.close();
    const ended = await ask({ environment: { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: gone.url } });
    expect(outageOf(ended).outage).toBe('connection');
    expect(told(ended)).toContain('ECONNREFUSED');
    expect(ended.seconds).toBeLessThan(10);
  });

  test.each([
    ['anthropic.claude-9', 'model-not-found', /anthropic\.claude-9 in region us-east-1.*model\.id and model\.region/],
    ['anthropic.claude-sonnet-4-6', 'model-not-found', /inference profile.*model\.id/],
    ['eu.anthropic.claude-sonnet-4-6', 'model-not-found', /model\.region/],
  ] as const)('the model id %s, as the service itself judges it', async (modelId, outage, setting) => {
    const ended = await ask({ modelId });
    expect(outageOf(ended).outage).toBe(outage);
    expect(told(ended)).toMatch(setting);
    expect([ended.requests, ended.paid]).toEqual([1, 0]);
  });

  test('structured output that the model does not take: the setting is named', async () => {
    const ended = await ask({ modelId: 'global.anthropic.claude-sonnet-5', structuredOutput: true });
    expect(outageOf(ended).outage).toBe('rejected');
    expect(told(ended)).toContain('model.structuredOutput');
  });
});
