import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { BadInputError, GoldenImagesError } from '../../../domain/errors';
import { updateHead } from '../../../domain/table/head-changes';
import type { PatchItem } from '../../../domain/table/patch-item';
import { makeHandleEvent } from '../../../functions/track-build/handle-event';
import type { Json } from '../finding/inspector-sample';
import { recordingLogger, recordingMetrics } from '../lambda/recorders';
import { digestOf, makeImage, makePatch, NOW } from '../table/samples';

const [ACCOUNT, REGION] = ['123456789012', 'us-east-1'];
const BUILD = `arn:aws:imagebuilder:${REGION}:${ACCOUNT}:image/prod-debian-12/1.2.3/4`;
const REPOSITORY = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/golden/debian-12`;

/** A Lambda whose image has patch 1 in flight. */
async function world(patch: Partial<PatchItem> = { state: 'BUILDING', buildId: BUILD }, fault?: Error) {
  const table = new MemoryFindingTable();
  await updateHead(table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    lease: { patch: 1, since: NOW.toISOString(), buildId: BUILD },
  }));
  await table.put(makePatch(patch), 0);
  const [logger, metrics] = [recordingLogger(), recordingMetrics()];
  const tracked: string[] = [];
  const handle = makeHandleEvent({
    estate: {
      byRepository: new Map([
        ['golden/debian-12', makeImage()],
        ['other', makeImage({ name: 'other' })],
      ]),
      exceptions: [],
    },
    home: { account: ACCOUNT, region: REGION },
    recipePrefix: 'prod-',
    ...{ table, logger, metrics },
    trackBuild: async (image, imageLogger) => {
      tracked.push(image.name);
      imageLogger.info('tracking');
      if (fault !== undefined) throw fault;
      return await Promise.resolve({ did: 'nothing', why: 'waiting-for-scan' });
    },
  });
  return { handle, tracked, logger, metrics, table };
}

const buildEvent = (overrides: Json = {}, status = 'AVAILABLE'): Json => ({
  ...{ version: '0', id: 'event-1', 'detail-type': 'EC2 Image Builder Image State Change', source: 'aws.imagebuilder' },
  ...{ account: ACCOUNT, region: REGION, time: '2024-06-01T00:00:00Z', resources: [BUILD] },
  detail: { 'previous-state': { status: 'TESTING' }, state: { status } },
  ...overrides,
});
const scanEvent = (detail: Json = {}, overrides: Json = {}): Json => ({
  ...{ version: '0', id: 'event-2', 'detail-type': 'Inspector2 Scan', source: 'aws.inspector2' },
  ...{ account: ACCOUNT, region: REGION, time: '2024-06-01T00:00:00Z', resources: [REPOSITORY] },
  detail: {
    ...{ 'scan-status': 'INITIAL_SCAN_COMPLETE', 'repository-name': REPOSITORY, 'image-digest': digestOf('c') },
    ...{ 'finding-severity-counts': { TOTAL: 0 }, 'image-tags': ['candidate'], version: '1.0' },
    ...detail,
  },
  ...overrides,
});
const CANDIDATE: Partial<PatchItem> = {
  ...{ state: 'CANDIDATE', buildId: BUILD },
  candidate: { reference: `x@${digestOf('c')}`, digest: digestOf('c') },
};

describe('the end of a build', () => {
  it.each(['AVAILABLE', 'FAILED', 'CANCELLED'])(
    '%s: its image is tracked, and each line tells the ids',
    async (status) => {
      const here = await world();
      await here.handle(buildEvent({}, status));
      expect([here.tracked, here.metrics.counts]).toEqual([['debian-12'], {}]);
      expect(here.logger.lines.map(({ facts }) => facts)).toEqual([
        { eventId: 'event-1', build: BUILD, status, image: 'debian-12' },
        { eventId: 'event-1', build: BUILD, status, image: 'debian-12', did: 'nothing', why: 'waiting-for-scan' },
      ]);
    },
  );

  it('of a name with dots is found by what stands in the ARN', async () => {
    const here = await world();
    const handle = makeHandleEvent({
      ...{ home: { account: ACCOUNT, region: REGION }, recipePrefix: 'prod-', table: here.table },
      estate: { byRepository: new Map([['r', makeImage({ name: 'Debian.12' })]]), exceptions: [] },
      trackBuild: async ({ name }) => {
        here.tracked.push(name);
        return await Promise.resolve({ did: 'nothing', why: 'no-build' });
      },
      ...{ logger: here.logger, metrics: here.metrics },
    });
    await updateHead(here.table, 'Debian.12', (head) => ({ ...head, lease: { patch: 1, since: '', buildId: BUILD } }));
    await handle(buildEvent());
    expect(here.tracked).toEqual(['Debian.12']);
  });

  it('is found by its patch where the lease does not name it yet', async () => {
    const here = await world();
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, lease: { patch: 1, since: '' } }));
    await here.handle(buildEvent());
    expect(here.tracked).toEqual(['debian-12']);
  });

  it.each<[string, Json, string]>([
    ['of another account', buildEvent({ account: '210987654321' }), 'other-account'],
    ['of another region', buildEvent({ region: 'eu-west-1' }), 'other-region'],
    [
      'whose ARN is of another account',
      buildEvent({ resources: [BUILD.replace(ACCOUNT, '210987654321')] }),
      'other-account',
    ],
    ['whose ARN is of another region', buildEvent({ resources: [BUILD.replace(REGION, 'eu-west-1')] }), 'other-region'],
    ['that goes on', buildEvent({}, 'TESTING'), 'in-between'],
    ['of another environment', buildEvent({ resources: [BUILD.replace('prod-', 'test-')] }), 'not-declared'],
    [
      'of an image that is not declared',
      buildEvent({ resources: [BUILD.replace('debian-12', 'debian-13')] }),
      'not-declared',
    ],
    ['of an image without a lease', buildEvent({ resources: [BUILD.replace('debian-12', 'other')] }), 'not-leased'],
    ['that somebody started by hand', buildEvent({ resources: [BUILD.replace('/4', '/5')] }), 'not-leased'],
  ])('%s is counted and passed over', async (_what, event, reason) => {
    const here = await world();
    await here.handle(event);
    expect([here.tracked, here.metrics.counts]).toEqual([[], { EventsIgnored: 1, [`EventsIgnored ${reason}`]: 1 }]);
  });
});

describe('a completed scan', () => {
  it.each<[string, Partial<PatchItem>]>([
    ['of the candidate', CANDIDATE],
    ['of what is still being built, as far as is known', { state: 'BUILDING', buildId: BUILD }],
  ])('%s: its image is tracked', async (_what, patch) => {
    const here = await world(patch);
    await here.handle(scanEvent());
    expect([here.tracked, here.metrics.counts]).toEqual([['debian-12'], {}]);
  });

  it.each<[string, Json, string]>([
    ['of another account', scanEvent({}, { account: '210987654321' }), 'other-account'],
    ['of another region', scanEvent({}, { region: 'eu-west-1' }), 'other-region'],
    [
      "of another account's repository",
      scanEvent({ 'repository-name': REPOSITORY.replace(ACCOUNT, '210987654321') }),
      'other-account',
    ],
    ['of another digest', scanEvent({ 'image-digest': digestOf('d') }), 'no-candidate'],
    [
      'of an image without a lease',
      scanEvent({ 'repository-name': REPOSITORY.replace('golden/debian-12', 'other') }),
      'no-candidate',
    ],
    [
      'of no golden repository',
      scanEvent({ 'repository-name': REPOSITORY.replace('golden', 'silver') }),
      'not-declared',
    ],
    ['that is none', scanEvent({ 'scan-status': 'SCAN_FAILED' }), 'in-between'],
  ])('%s is counted and passed over', async (_what, event, reason) => {
    const here = await world(CANDIDATE);
    await here.handle(event);
    expect([here.tracked, here.metrics.counts]).toEqual([[], { EventsIgnored: 1, [`EventsIgnored ${reason}`]: 1 }]);
  });
});

describe('what cannot be handled', () => {
  it.each<[string, unknown]>([
    ['no object', 'x'],
    ['another event', { ...buildEvent(), source: 'aws.ssm' }],
    ['another detail-type', { ...scanEvent(), 'detail-type': 'Inspector2 Finding' }],
    ['a build without ARN', buildEvent({ resources: [] })],
    ['two builds', buildEvent({ resources: [BUILD, BUILD] })],
    ['an ARN of no build', buildEvent({ resources: [`arn:aws:imagebuilder:${REGION}:${ACCOUNT}:image-recipe/x`] })],
    ['no state', buildEvent({ detail: {} })],
    ['a repository by its name', scanEvent({ 'repository-name': 'golden/debian-12' })],
    ['a digest that is none', scanEvent({ 'image-digest': 'latest' })],
  ])('%s: it throws, for the failure destination', async (_what, event) => {
    const here = await world();
    await expect(here.handle(event)).rejects.toThrow(BadInputError);
    expect([here.tracked, here.metrics.counts]).toEqual([[], { RecordsFailed: 1, 'RecordsFailed malformed': 1 }]);
  });

  it('what passes by itself is thrown, to be tried again', async () => {
    const throttled = Object.assign(new GoldenImagesError('internal', 'throttled'), { isTransient: true });
    const here = await world(undefined, throttled);
    await expect(here.handle(buildEvent())).rejects.toBe(throttled);
    expect(here.metrics.counts).toEqual({ RecordsFailed: 1, 'RecordsFailed transient': 1 });
  });
});
