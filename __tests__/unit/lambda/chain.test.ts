import { makeRandom } from '../../support/random';
import { inspectorEvent, inspectorFinding, inspectorPackage } from '../finding/inspector-sample';
import type { ChainOptions } from './chain';
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
