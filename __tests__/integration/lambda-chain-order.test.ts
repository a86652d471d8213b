import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { makeBuildEnds } from '../support/aws/build-ends';
import { findingEvent, type FindingSketch, type InspectorEvent } from '../support/aws/chain-events';
import { createChainResources } from '../support/aws/chain-resources';
import { CHAIN_SETTINGS } from '../support/aws/chain-settings';
import { readFailures } from '../support/aws/failure-destination';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import { type Fault, type FaultPlan, watchSideEffects } from '../support/aws/side-effects';
import { settleSignals } from '../support/aws/waiting-messages';
import { wakeImages } from '../support/aws/wake-images';
import { makeRandom, type Random } from '../support/random';
import { digestOf } from '../unit/table/samples';

const SCANNED = digestOf('a');
const config = {
  version: 1,
  author: 'rules',
  images: [{ name: 'debian', repository: 'golden/debian', parent: PARENT.reference }],
  policy: { buildsPerDay: 1000 },
};
const fact = (day: number, name: string, more: Partial<FindingSketch> = {}): InspectorEvent =>
  findingEvent({ repository: 'golden/debian', digest: SCANNED, package: name, day, ...more });

/** Facts about four packages: opened, escalated, given another fix, suppressed, closed. */
const EVENTS = [
  fact(1, 'glibc', { severity: 'MEDIUM' }),
  fact(2, 'glibc'),
  fact(1, 'krb5'),
  fact(3, 'krb5', { fixedIn: '0:1-7' }),
  fact(1, 'zlib'),
  fact(4, 'zlib', { status: 'SUPPRESSED' }),
  fact(1, 'curl', { fixedIn: 'NotAvailable' }),
  fact(5, 'curl', { fixedIn: '0:1-3' }),
  fact(2, 'expat', { severity: 'LOW' }),
  fact(6, 'expat', { status: 'CLOSED' }),
];
/** A build that is refused is tried again as another attempt, with another script: not the same end (lambda-chain-signals). */
const spared = (effect: string, fault: Fault): Fault =>
  effect === 'StartImagePipelineExecution' && fault === 'refused' ? 'dies before' : fault;

/** The random generator of a run whose events come in order, in the largest batches. */
const STEADY: Random = { ...makeRandom(0), below: (limit) => limit - 1, next: () => 1 };

/** What is the same in the end, however the events came: not what was superseded, no counters, no times. */
async function endState(chain: LambdaChain) {
  const items = await chain.table.query(imagePartition('debian'));
  const patch = items.filter(isPatchItem).findLast(({ state }) => state !== 'SUPERSEDED');
  const head = items.find(isHeadItem);
  const inBucket = (uri = ''): string => uri.replace(chain.resources.scriptBucket, '<bucket>');
  return {
    findings: items
      .filter(isFindingItem)
      .map(({ sk, state, reason, observations, judgedOn, firstObservedAt, fixFirstSeenAt }) => ({
        what: [sk, state, reason].filter((part) => part !== undefined).join(' '),
        ...{ judgedOn, firstObservedAt, fixFirstSeenAt },
        // Not those of images in between.
        observed: [SCANNED, head?.promoted?.digest ?? ''].map((digest) => observations[digest]),
      })),
    patch: [patch?.state, patch?.planHash, patch?.patchId, patch?.targets, inBucket(patch?.scriptUri)],
    script: patch === undefined ? undefined : await chain.scripts.getScript(patch.scriptUri),
    parameter: inBucket((await chain.signal.get('debian'))?.value),
    head: [head?.state, head?.lease, head?.adopted, head?.promoted?.digest, head?.failures],
  };
}

describeLambdaChain('the events of one image', (start, moto) => {
  const run = async (events: readonly InspectorEvent[], random = STEADY, plan: FaultPlan = () => undefined) => {
    const effects = await watchSideEffects(moto());
    // What failed is visible again at once, so that batches stay within one reception.
    const resources = await createChainResources({ visibilityTimeout: 0, maxReceiveCount: 1000 });
    const settings = {
      ...CHAIN_SETTINGS,
      queue: { batchSize: 1 + random.below(10) },
      generatePatch: { ...CHAIN_SETTINGS.generatePatch, batchSize: 1 + random.below(20) },
      signalRebuild: { ...CHAIN_SETTINGS.signalRebuild, batchSize: 1 + random.below(20) },
    };
    const chain = await start({ config, endpoint: effects.url, resources, settings });
    await pushGolden(chain, EVENTS.slice(0, 1));
    effects.attach(chain, plan);
    for (let at = 0; at < events.length;) {
      const part = events.slice(at, at + 1 + random.below(events.length));
      at += part.length;
      await chain.enqueue(part.map((event) => JSON.stringify(event)));
      if (random.next() < 0.5) await chain.settle();
    }
    await chain.settle();
    const builds = makeBuildEnds(chain, 'debian');
    // What was refused is asked for again when its time has come.
    for (let isDone = false, tries = 0; !isDone && tries < 20; tries++) {
      await settleSignals(chain, ['debian']);
      const ended = await builds.endAll();
      isDone = (await wakeImages(chain, ['debian'])) === 0 && ended.length === 0;
    }
    await effects.stop();
    expect(await readFailures(chain.failures)).toStrictEqual([]);
    return { end: await endState(chain), seen: effects.seen, faults: effects.faults };
  };
  let expected: ReturnType<typeof run> | undefined;
  const reference = async (): ReturnType<typeof run> => await (expected ??= run(EVENTS));
  const shuffled = (events: readonly InspectorEvent[], random: Random): InspectorEvent[] => {
    const rest = [...events];
    return events.flatMap(() => rest.splice(random.below(rest.length), 1));
  };

  test('end in one promoted patch, when each is delivered once and in order', async () => {
    const { end, faults } = await reference();
    expect(end.findings.map(({ what }) => what)).toStrictEqual([
      'FINDING#CVE-2024-curl#OS#curl FIXED',
      'FINDING#CVE-2024-expat#OS#expat CLOSED',
      'FINDING#CVE-2024-glibc#OS#glibc FIXED',
      'FINDING#CVE-2024-krb5#OS#krb5 FIXED',
      'FINDING#CVE-2024-zlib#OS#zlib PARKED suppressed',
    ]);
    expect(end.patch[0]).toBe('PROMOTED');
    expect(end.head.slice(0, 2)).toStrictEqual(['IDLE', undefined]);
    expect(end.parameter).toMatch(/^s3:\/\/<bucket>\/scripts\/debian\/[0-9a-f]{64}\.sh$/);
    expect(faults).toStrictEqual([]);
  });

  test.each([
    ['twice', [...EVENTS, ...EVENTS]],
    ['reversed', EVENTS.toReversed()],
  ])('end the same when they are delivered %s', async (_how, events) => {
    expect((await run(events)).end).toStrictEqual((await reference()).end);
  });

  test.each([1, 2, 3])('end the same when they are shuffled and split into any batches (seed %i)', async (seed) => {
    const random = makeRandom(seed);
    expect((await run(shuffled([...EVENTS, ...EVENTS.slice(0, 4)], random), random)).end).toStrictEqual(
      (await reference()).end,
    );
  });

  test.each<Fault>(['dies before', 'dies after', 'refused'])(
    'end the same when each kind of side effect meets with "%s" at its first time',
    async (fault) => {
      const met = new Set<string>();
      const { end, faults, seen } = await run(EVENTS, STEADY, (effect) => {
        if (met.has(effect)) return undefined;
        met.add(effect);
        return spared(effect, fault);
      });
      expect(end).toStrictEqual((await reference()).end);
      expect([...met].sort()).toStrictEqual([...new Set(seen)].sort());
      expect([...met]).toEqual(
        expect.arrayContaining([
          ...[
            'PutItem FINDING OPEN',
            'PutObject scripts',
            'PutObject audit',
            'PutItem PATCH READY',
            'PutItem HEAD BUSY',
          ],
          ...['PutParameter', 'PutItem PATCH SIGNALED', 'StartImagePipelineExecution', 'PutItem PATCH BUILDING'],
        ]),
      );
      expect(faults.length).toBe(met.size);
    },
  );

  test.each([11, 12, 13])('end the same when functions die again and again (seed %i)', async (seed) => {
    const random = makeRandom(seed);
    const faultsOf = makeRandom(1000 + seed);
    const plan: FaultPlan = (effect) =>
      faultsOf.next() < 0.15
        ? spared(effect, faultsOf.pick(['dies before', 'dies after', 'refused'] as const))
        : undefined;
    const { end, faults } = await run(shuffled([...EVENTS, ...EVENTS], random), random, plan);
    expect(end).toStrictEqual((await reference()).end);
    expect(faults.length).toBeGreaterThan(2);
  });
});
