import { imageOfParameter } from '../../../adapters/aws/signal-parameter';
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
