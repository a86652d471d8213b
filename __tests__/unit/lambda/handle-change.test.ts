import { imageOfParameter } from '../../../adapters/aws/signal-parameter';
import { makeHandleSignals } from '../../../functions/start-build/handle-signals';
import { makeHandleChange } from '../../../functions/start-build/handle-change';
import type { StartBuildResult } from '../../../functions/start-build/start-build';
import type { Json } from '../finding/inspector-sample';
import { omit } from '../finding/inspector-sample';
import { makeImage, makePatch } from '../table/samples';
import { recordingLogger, recordingMetrics } from './recorders';

const PREFIX = '/golden-images/test/signals';
const STARTED: StartBuildResult = { did: 'started', patch: makePatch(), buildId: 'arn' };

function world(result: StartBuildResult | Error = STARTED) {
  const [logger, metrics] = [recordingLogger(), recordingMetrics()];
  const asked: string[] = [];
  const handle = makeHandleChange({
    estate: { byRepository: new Map([['r', makeImage()]]), exceptions: [] },
    home: { account: '123456789012', region: 'us-east-1' },
    imageOf: (parameter) => imageOfParameter(PREFIX, parameter),
    startBuild: async (image, imageLogger) => {
      asked.push(image.name);
      imageLogger.info('asked');
      if (result instanceof Error) throw result;
      return await Promise.resolve(result);
    },
    logger,
    metrics,
  });
  return { handle, asked, logger, metrics };
}

function change(overrides: Json = {}, detail: Json = {}): Json {
  return {
    version: '0',
    id: 'change-1',
    'detail-type': 'Parameter Store Change',
    source: 'aws.ssm',
    account: '123456789012',
    time: '2024-06-01T00:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:ssm:us-east-1:123456789012:parameter${PREFIX}/debian-12`],
    detail: { operation: 'Update', name: `${PREFIX}/debian-12`, type: 'String', ...detail },
    ...overrides,
  };
}

describe('a changed parameter', () => {
  it('asks for the build of its image, and tells the ids with each line', async () => {
    const here = world();
    await here.handle(change());
    expect([here.asked, here.metrics.counts]).toEqual([['debian-12'], { BuildsStarted: 1 }]);
    expect(here.logger.lines.map(({ facts }) => facts)).toEqual([
      { eventId: 'change-1', parameter: `${PREFIX}/debian-12`, image: 'debian-12' },
    ]);
  });

  it('that starts nothing is counted by its reason', async () => {
    const here = world({ did: 'nothing', why: 'other-script' });
    await here.handle(change());
    expect(here.metrics.counts).toEqual({ BuildsNotStarted: 1, 'BuildsNotStarted other-script': 1 });
  });

  it('whose build is refused for good is counted and told, and not tried again', async () => {
    const patch = makePatch({ state: 'FAILED', reason: 'builder', detail: 'no pipeline' });
    const error = new Error('no pipeline');
    const here = world({ did: 'refused', patch, error });
    await here.handle(change());
    expect(here.metrics.counts).toEqual({
      ...{ BuildsNotStarted: 1, 'BuildsNotStarted refused': 1 },
      ...{ ImagesPostponed: 1, 'ImagesPostponed refused': 1 },
    });
    expect(here.logger.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'build is refused',
        facts: expect.objectContaining({ image: 'debian-12', patch: 1, detail: 'no pipeline', error }) as unknown,
      },
    ]);
  });

  it('that was quicker than the state of its patch is tried again', async () => {
    const here = world({ did: 'nothing', why: 'signal-unfinished' });
    await expect(here.handle(change())).rejects.toThrow('the signal of debian-12 is not written down yet');
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, 'RecordsFailed transient': 1 });
  });

  it('whose build cannot be started is tried again', async () => {
    const here = world(new Error('a fault'));
    await expect(here.handle(change())).rejects.toThrow('a fault');
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, 'RecordsFailed fault': 1 });
  });

  it.each<[string, Json]>([
    ['other-account', change({ account: '210987654321' })],
    ['other-region', change({ region: 'eu-west-1' })],
    ['other-operation', change({}, { operation: 'Create' })],
    ['other-operation', change({}, { operation: 'Delete' })],
    ['other-parameter', change({}, { name: '/golden-images/test/other' })],
    ['other-parameter', change({}, { name: `${PREFIX}/debian-12/more` })],
    ['not-declared', change({}, { name: `${PREFIX}/debian-13` })],
  ])('is passed over as %s', async (reason, event) => {
    const here = world();
    await here.handle(event);
    expect([here.asked, here.metrics.counts]).toEqual([[], { EventsIgnored: 1, [`EventsIgnored ${reason}`]: 1 }]);
  });

  it.each([
    [null],
    [{}],
    [change({ source: 'aws.ec2' })],
    [omit(change(), 'detail')],
    [change({ 'detail-type': 'Other' })],
  ])('that is none fails, so that the event is kept: %#', async (event) => {
    const here = world();
    await expect(here.handle(event)).rejects.toThrow('no Parameter Store Change');
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, 'RecordsFailed malformed': 1 });
  });
});

describe('a batch of messages', () => {
  const message = (messageId: string, body: unknown): Json => ({ messageId, body: JSON.stringify(body) });

  it('reports those whose events fail, and no other', async () => {
    const here = world();
    const handle = makeHandleSignals(here.handle);
    const Records = [message('1', change()), message('2', {}), { messageId: '3', body: '{' }, message('4', change())];
    expect(await handle({ Records })).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }],
    });
    expect(here.asked).toEqual(['debian-12', 'debian-12']);
    expect(here.metrics.counts).toEqual({ BuildsStarted: 2, RecordsFailed: 2, 'RecordsFailed malformed': 2 });
  });

  it('of which every one fails is reported, not thrown: each has its own tries', async () => {
    const handle = makeHandleSignals(world(new Error('no')).handle);
    expect(await handle({ Records: [message('1', change())] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
  });

  it.each([[null], [{}], [change()]])('is refused where it is none: %#', async (event) => {
    await expect(makeHandleSignals(world().handle)(event)).rejects.toThrow('no batch of SQS messages');
  });
});
