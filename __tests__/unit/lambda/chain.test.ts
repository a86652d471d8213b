import fc from 'fast-check';
import { makeRandom } from '../../support/random';
import { inspectorEvent, inspectorFinding, inspectorPackage } from '../finding/inspector-sample';
import type { ChainOptions } from './chain';
import { makeImage } from '../table/samples';
import { makeChain } from './chain';

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);
type DiesAt = ChainOptions['diesAt'];
const never: DiesAt = () => undefined;

/** Facts about five packages of one digest: opened, escalated, given another fix, closed, opened again. */
const EVENTS = [
  fact(1, 'glibc', { severity: 'MEDIUM' }),
  fact(2, 'glibc', { severity: 'HIGH' }),
  fact(1, 'krb5', { severity: 'CRITICAL' }),
  fact(3, 'krb5', { severity: 'CRITICAL' }, '0:1-7'),
  fact(1, 'zlib', { severity: 'HIGH' }, 'NotAvailable'),
  fact(4, 'zlib', { severity: 'HIGH', status: 'CLOSED' }, 'NotAvailable'),
  fact(1, 'curl', { severity: 'HIGH' }, 'NotAvailable'),
  fact(5, 'curl', { severity: 'HIGH' }, '0:1-3'),
  fact(1, 'expat', { severity: 'HIGH', status: 'CLOSED' }),
  fact(6, 'expat', { severity: 'HIGH' }),
  fact(2, 'expat', { severity: 'LOW' }),
  fact(6, 'glibc', { severity: 'HIGH', status: 'SUPPRESSED' }),
  fact(7, 'glibc', { severity: 'HIGH' }, '0:1-5'),
];

function fact(day: number, name: string, overrides: Record<string, unknown>, fixedInVersion = '0:1-2'): unknown {
  return inspectorEvent(
    inspectorFinding([inspectorPackage({ name, version: '1', release: '1', fixedInVersion })], {
      updatedAt: `2024-05-0${day}T00:00:00.000000+00:00`,
      packageVulnerabilityDetails: {
        vulnerabilityId: `CVE-2024-${name}`,
        vulnerablePackages: [inspectorPackage({ name, version: '1', release: '1', fixedInVersion })],
      },
      ...overrides,
    }),
    { id: `${name}-${day}` },
  );
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = makeRandom(seed);
  const rest = [...values];
  return values.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}

async function run(events: readonly unknown[], seed: number, diesAt: DiesAt = never) {
  const chain = makeChain({ random: makeRandom(seed), diesAt });
  await chain.deliver(events);
  await chain.endBuilds();
  return { end: await chain.endState(), ...chain.counts() };
}

describe('the events of one image', () => {
  let expected: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    expected = await run(EVENTS, 1);
  });

  it('end in one promoted patch with every open package, when each is delivered once and in order', () => {
    expect(expected.end.findings.map(([sk, state, reason]) => [sk, state, reason].filter(Boolean).join(' '))).toEqual([
      'FINDING#CVE-2024-curl#OS#curl FIXED',
      'FINDING#CVE-2024-expat#OS#expat FIXED',
      'FINDING#CVE-2024-glibc#OS#glibc FIXED',
      'FINDING#CVE-2024-krb5#OS#krb5 FIXED',
      'FINDING#CVE-2024-zlib#OS#zlib CLOSED',
    ]);
    expect(expected.end.head).toMatchObject({ state: 'IDLE', lease: undefined, failures: 0 });
    expect(expected.end.patch).toMatchObject({ state: 'PROMOTED' });
    expect(expected.end.parameter).toMatch(/^scripts\/debian-12\/[0-9a-f]{64}\.sh$/);
  });

  it.each([
    ['twice', [...EVENTS, ...EVENTS]],
    ['reversed', EVENTS.toReversed()],
    ['each twice in a row', EVENTS.flatMap((event) => [event, event])],
  ])('end the same when they are delivered %s', async (_what, events) => {
    expect((await run(events, 7)).end).toEqual(expected.end);
  });

  it.each(SEEDS)('end the same when they are shuffled and split with seed %i', async (seed) => {
    expect((await run(shuffled(EVENTS, seed), seed)).end).toEqual(expected.end);
  });

  it.each(['before', 'after'] as const)('end the same when the process dies %s any one side effect', async (when) => {
    for (let at = 1; at <= expected.effects; at++) {
      const result = await run(EVENTS, 1, (effect) => (effect === at ? when : undefined));
      expect({ at, crashed: result.crashed, end: result.end }).toEqual({ at, crashed: 1, end: expected.end });
    }
    // The property says nothing where nothing was written.
    expect(expected.effects).toBeGreaterThan(30);
  });

  it('end the same when the process dies again and again', async () => {
    let crashed = 0;
    for (const seed of SEEDS) {
      const random = makeRandom(1000 + seed);
      const diesAt: DiesAt = () => (random.next() < 0.15 ? random.pick(['before', 'after'] as const) : undefined);
      const result = await run(shuffled([...EVENTS, ...EVENTS], seed), seed, diesAt);
      crashed += result.crashed;
      expect({ seed, end: result.end }).toEqual({ seed, end: expected.end });
    }
    expect(crashed).toBeGreaterThan(200);
  });
});

describe('a patch that waits', () => {
  const names = ['glibc', 'krb5'] as const;
  /** What the scanner says of a package on a day; whether it asks for a patch is its status, severity and fix. */
  const facts = fc.array(
    fc.record({
      day: fc.integer({ min: 1, max: 9 }),
      name: fc.constantFrom(...names),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'SUPPRESSED', 'CLOSED'),
      severity: fc.constantFrom('HIGH', 'HIGH', 'LOW'),
      fix: fc.constantFrom('0:1-2', '0:1-2', 'NotAvailable'),
    }),
    { minLength: 4, maxLength: 20 },
  );
  const images = fc.constantFrom(
    ...[{ mode: 'approve' as const }, { mode: 'observe' as const }, { mode: 'auto' as const, buildsPerDay: 0 }],
  );
  const crash = fc.option(fc.record({ at: fc.nat(40), when: fc.constantFrom('before' as const, 'after' as const) }));

  it('is for what is open and nothing else, or is taken back; whatever comes in any order, and through a crash', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(facts, images, crash, fc.nat(), async (said, policy, death, seed) => {
        // Of two facts of one day about a package, the later one would be chosen by its hash.
        const once = [...new Map(said.map((one) => [`${one.name} ${one.day}`, one])).values()];
        const chain = makeChain({
          random: makeRandom(seed + 1),
          diesAt: (effect) => (effect === death?.at ? death.when : undefined),
          image: makeImage({ parent: 'parent' }, policy),
        });
        await chain.deliver(
          once.map(({ day, name, status, severity, fix }) => fact(day, name, { status, severity }, fix)),
        );
        const newest = names.flatMap((name) =>
          once
            .filter((one) => one.name === name)
            .sort(byDay)
            .slice(-1),
        );
        const open = newest.filter(
          ({ status, severity, fix }) => status === 'ACTIVE' && severity === 'HIGH' && fix !== 'NotAvailable',
        );
        const live = await chain.livePatches();
        expect(live.map(({ targets }) => targets.map((target) => target.package))).toEqual(
          open.length === 0 ? [] : [open.map(({ name }) => name).sort()],
        );
        expect(chain.counts().builds).toBe(0);
        taken += (await chain.takenBack()).length;
      }),
      { numRuns: 300 },
    );
    // The property says little where no patch was ever taken back because its finding left.
    expect(taken).toBeGreaterThan(3);
  });
});

function byDay(left: { readonly day: number }, right: { readonly day: number }): number {
  return left.day - right.day;
}
