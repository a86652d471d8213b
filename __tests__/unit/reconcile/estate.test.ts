import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { Tally } from '../../../domain/reconcile/tally';
import { addTallies, EMPTY_TALLY, measureTally, tallyOf } from '../../../domain/reconcile/tally';
import { BadInputError } from '../../../domain/errors';
import type { ReconcileRun } from '../../../functions/reconcile-findings/reconcile-estate';
import { reconcileEstate } from '../../../functions/reconcile-findings/reconcile-estate';
import type { ReconcileResult } from '../../../functions/reconcile-findings/reconcile-ports';
import { recordingLogger, recordingMetrics } from '../lambda/recorders';
import { makeImage, makeItem, makeObservation, makePatch, NOW } from '../table/samples';
import { digestOf } from '../table/samples';

/** One open finding, whichever image. */
const ONE: Tally = { ...EMPTY_TALLY, open: { 'HIGH under-1-day': 1 }, oldestOpenSeconds: 60 };

/** An estate of images of which each needs a minute. */
function estate(names: readonly string[], options: { minutes?: number; failing?: string } = {}) {
  const table = new MemoryFindingTable();
  const seen: string[] = [];
  const runs: { metrics: ReturnType<typeof recordingMetrics>; logger: ReturnType<typeof recordingLogger> }[] = [];
  const run = async (minutes = options.minutes ?? 100, images = names): Promise<ReconcileRun> => {
    let left = minutes * 60_000;
    const one = { metrics: recordingMetrics(), logger: recordingLogger() };
    runs.push(one);
    return await reconcileEstate({
      images: images.map((name) => makeImage({ name, repository: name })),
      table,
      reconcile: async ({ name }): Promise<ReconcileResult> => {
        seen.push(name);
        left -= 59_000;
        if (name === options.failing) throw new BadInputError('the image is broken');
        return await Promise.resolve({
          image: name,
          actions: { 'finding-ingested': 2 },
          troubles: [{ step: 'move-on', error: new Error('throttled') }],
          tally: ONE,
        });
      },
      remainingMs: () => left,
      reserveMs: 60_000,
      ...one,
    });
  };
  return { table, seen, runs, run };
}

it('a run takes every image by name, counts, and measures them together', async () => {
  const { seen, runs, run, table } = estate(['c', 'a', 'b']);
  expect(await run()).toEqual({ images: 3, troubles: 3 });
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(runs[0]?.metrics.counts).toEqual({
    Reconciled: 6,
    'Reconciled finding-ingested': 6,
    RecordsFailed: 3,
    'RecordsFailed fault': 3,
    ReconcileTroubles: 3,
    'ReconcileTroubles move-on': 3,
    ReconcileRuns: 1,
    'ReconcileRuns complete': 1,
  });
  expect(runs[0]?.metrics.measures).toContainEqual({
    name: 'OpenFindings',
    value: 3,
    unit: 'count',
    by: { severity: 'HIGH' },
  });
  expect(table.changes().filter(({ newImage }) => newImage?.['next'] !== undefined).length).toBeLessThanOrEqual(2);
});

it('a run that is short of time is gone on with by the next, which measures all of it; nothing is measured half', async () => {
  const { seen, runs, run } = estate(['a', 'b', 'c', 'd', 'e']);
  expect(await run(3)).toEqual({ images: 3, troubles: 3, next: 'd' });
  expect([runs[0]?.metrics.measures, runs[0]?.metrics.counts['ReconcileRuns cut-off']]).toEqual([[], 1]);
  expect(await run(3)).toEqual({ images: 2, troubles: 2 });
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(runs[1]?.metrics.measures.find(({ by }) => by['severity'] === 'HIGH')?.value).toBe(5);
  await run(3);
  expect(seen.slice(5)).toEqual(['a', 'b', 'c']);
});

it('even with no time at all, a run takes one image', async () => {
  const { seen, run } = estate(['a', 'b']);
  expect(await run(0)).toMatchObject({ images: 1, next: 'b' });
  expect(await run(0)).toMatchObject({ images: 1 });
  expect(seen).toEqual(['a', 'b']);
});

it('a run that is killed is gone on with from where it was written down', async () => {
  const { seen, table, run } = estate(['a', 'b', 'c', 'd']);
  await run(2);
  expect(await table.get({ pk: 'RECONCILE', sk: 'ROUND' })).toMatchObject({ next: 'c' });
  await run(100);
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
});

it('an image that is gone from the estate does not keep a round from its end', async () => {
  const { seen, run } = estate(['a', 'b', 'c']);
  await run(2);
  expect(await run(9, ['a', 'b'])).toMatchObject({ images: 2 });
  expect(seen.slice(2)).toEqual(['a', 'b']);
});

it('an image that fails as a whole is told of and counted with its reason; the others are taken, and nothing is measured', async () => {
  const { seen, runs, run } = estate(['a', 'b', 'c'], { failing: 'b' });
  expect(await run()).toEqual({ images: 3, troubles: 3 });
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(runs[0]?.metrics.counts).toMatchObject({ 'RecordsFailed malformed': 1, 'ReconcileTroubles image': 1 });
  expect(runs[0]?.metrics.measures).toEqual([]);
  expect(runs[0]?.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(3);
});

it('two short rounds in a row write nothing', async () => {
  const { table, run } = estate(['a']);
  await run();
  await run();
  expect(table.changes()).toEqual([]);
});

describe('a tally', () => {
  const at = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();
  const items = [
    makeItem({ firstObservedAt: at(0) }),
    makeItem({ sk: 'FINDING#2', firstObservedAt: at(1) }),
    makeItem({
      sk: 'FINDING#3',
      firstObservedAt: at(400),
      observations: { [digestOf('a')]: makeObservation({ severity: 'CRITICAL' }) },
    }),
    makeItem({ sk: 'FINDING#4', state: 'PARKED', reason: 'no-fix' }),
    makeItem({ sk: 'FINDING#5', state: 'RESIDUAL', reason: 'below-floor' }),
    makeItem({ sk: 'FINDING#6', state: 'CLOSED', reason: 'gone' }),
    makePatch({ sequence: 1, state: 'AWAITING_APPROVAL' }),
    makePatch({ sequence: 2, state: 'OBSERVED' }),
    makePatch({ sequence: 3, state: 'READY' }),
    { pk: 'IMAGE#debian-12', sk: 'HEAD', version: 1, type: 'HEAD', state: 'STOPPED' },
  ];

  it('counts what an image has', () => {
    expect(tallyOf(items, NOW, 'expired')).toEqual({
      open: { 'HIGH under-1-day': 1, 'HIGH under-7-days': 1, 'CRITICAL over-90-days': 1 },
      parked: { 'no-fix': 1 },
      residual: { 'below-floor': 1 },
      oldestOpenSeconds: 400 * 86_400,
      stopped: 1,
      waiting: 2,
      scanEnding: { expired: 1 },
      movedTags: {},
    });
    expect(tallyOf([], NOW)).toEqual(EMPTY_TALLY);
  });

  it('of several images is their sum, with the oldest age', () => {
    const one = tallyOf(items, NOW);
    expect(addTallies(EMPTY_TALLY, one)).toEqual(one);
    expect(addTallies(one, ONE)).toMatchObject({
      open: { 'HIGH under-1-day': 2, 'CRITICAL over-90-days': 1 },
      oldestOpenSeconds: 400 * 86_400,
    });
  });

  it('is measured with totals that are 0, and finer values only where there is something', () => {
    const metrics = recordingMetrics();
    measureTally(metrics, tallyOf(items, NOW));
    const values = metrics.measures.map(({ name, value, by }) => [name, ...Object.values(by), value].join(' '));
    expect(values).toEqual([
      'OpenFindings UNTRIAGED 0',
      'OpenFindings INFORMATIONAL 0',
      'OpenFindings LOW 0',
      'OpenFindings MEDIUM 0',
      'OpenFindings HIGH 2',
      'OpenFindingsByAge HIGH under-1-day 1',
      'OpenFindingsByAge HIGH under-7-days 1',
      'OpenFindings CRITICAL 1',
      'OpenFindingsByAge CRITICAL over-90-days 1',
      `OldestOpenFinding ${400 * 86_400}`,
      'ParkedFindings 1',
      'ParkedFindings no-fix 1',
      'ResidualFindings 1',
      'ResidualFindings below-floor 1',
      'ImagesStopped 1',
      'PatchesWaiting 2',
      'ScanEligibilityEnding expiring 0',
      'ScanEligibilityEnding expired 0',
      'FloatingTagsMoved 0',
    ]);
  });
});
