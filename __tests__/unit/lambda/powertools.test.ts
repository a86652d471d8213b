import type { Context } from 'aws-lambda';
import { makePowertoolsLogger } from '../../../adapters/aws/powertools-logger';
import { makePowertoolsMetrics } from '../../../adapters/aws/powertools-metrics';
import { invocation } from '../../../functions/shared/invocation';

/** JSON lines that are written while an action runs: Powertools has a console of its own on the process's streams. */
async function written(action: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    }),
  );
  try {
    await action();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const CONTEXT = {
  awsRequestId: 'request-1',
  functionName: 'ingest',
  functionVersion: '1',
  invokedFunctionArn: 'arn',
  memoryLimitInMB: '256',
} as Context;

it('a line of the log is JSON with its facts, the service and the request', async () => {
  const [line] = await written(async () => {
    const logger = makePowertoolsLogger('ingest-finding');
    logger.addContext(CONTEXT);
    logger.warn('something', { image: 'debian-12', finding: 'FINDING#x', error: new Error('broken') });
    await Promise.resolve();
  });
  expect(line).toMatchObject({
    level: 'WARN',
    message: 'something',
    service: 'ingest-finding',
    function_request_id: 'request-1',
    image: 'debian-12',
    finding: 'FINDING#x',
    error: { name: 'Error', message: 'broken' },
  });
});

it('debug lines are left out by default', async () => {
  const lines = await written(async () => {
    makePowertoolsLogger('x').debug('detail');
    await Promise.resolve();
  });
  expect(lines).toEqual([]);
});

it('counts are written at the end of the invocation, also of one that fails, by service and by reason', async () => {
  const lines = await written(async () => {
    const metrics = makePowertoolsMetrics('ingest-finding', 'golden-images-prod');
    const logger = makePowertoolsLogger('ingest-finding');
    const handler = invocation({ logger, metrics }, async () => {
      metrics.count('FindingsFolded', 3);
      metrics.count('FindingsKnown', 0);
      metrics.count('RecordsFailed', 2, 'refused');
      return await Promise.reject(new Error('failed'));
    });
    await expect(handler({}, CONTEXT)).rejects.toThrow('failed');
  });
  const summary = lines.map((line) => {
    const { CloudWatchMetrics } = line['_aws'] as {
      CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[];
    };
    const { _aws, ...values } = line;
    return [CloudWatchMetrics[0]?.Namespace, CloudWatchMetrics[0]?.Dimensions, values];
  });
  expect(summary).toEqual([
    [
      'GoldenImages',
      [['service', 'environment', 'reason']],
      { environment: 'golden-images-prod', service: 'ingest-finding', reason: 'refused', RecordsFailed: 2 },
    ],
    [
      'GoldenImages',
      [['service', 'environment']],
      { environment: 'golden-images-prod', service: 'ingest-finding', FindingsFolded: 3, RecordsFailed: 2 },
    ],
  ]);
});

it('an invocation that counted nothing writes nothing', async () => {
  const lines = await written(async () => {
    const handler = invocation(
      { logger: makePowertoolsLogger('x'), metrics: makePowertoolsMetrics('x', 'y') },
      async () => await Promise.resolve('done'),
    );
    expect(await handler({}, CONTEXT)).toBe('done');
  });
  expect(lines).toEqual([]);
});
