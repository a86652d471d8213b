import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { findingEvent, type FindingSketch } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { buildAndScan, endBuilds } from '../support/aws/emulated-builds';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { loggedMeasures } from '../support/aws/logged-measures';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import { digestOf } from '../unit/table/samples';

const IMAGE = 'debian';
const REPOSITORY = 'golden/debian';
const FIRST = digestOf('a');

const estateOf = (more: object = {}) => ({
  version: 1,
  author: 'rules',
  images: [{ name: IMAGE, repository: REPOSITORY, parent: PARENT.reference }],
  ...more,
});
const fact = (sketch: Pick<FindingSketch, 'package' | 'day'> & Partial<FindingSketch>) =>
  findingEvent({ repository: REPOSITORY, digest: FIRST, ...sketch });

describeLambdaChain('the chain, when facts change', (start) => {
  let chain: LambdaChain;
  beforeEach(async () => {
    chain = await start({ config: estateOf() });
    await pushGolden(chain, [fact({ package: 'none', day: 1 })]);
  });
  /** Has Inspector list and say facts, and lets the chain run. */
  const say = async (...facts: Parameters<typeof fact>[0][]): Promise<void> => {
    const events = facts.map(fact);
    await chain.scanner.seed(events);
    await chain.send(events);
    await chain.settle();
  };
  const items = async () => await chain.table.query(imagePartition(IMAGE));
  const findings = async (): Promise<string[]> =>
    (await items())
      .filter(isFindingItem)
      .map(({ package: name, state, reason }) => [name, state, reason].filter(Boolean).join(' '));
  const patches = async (): Promise<string[]> =>
    (await items())
      .filter(isPatchItem)
      .map(({ state, reason, targets }) =>
        [state, reason, ...targets.map((target) => target.package)].filter(Boolean).join(' '),
      );
  const promoted = async (): Promise<string> => (await items()).find(isHeadItem)?.promoted?.digest ?? '';
  const builds = (): number => chain.imageBuilder.builds.length;

  test('a finding that escalates from MEDIUM to HIGH opens, and is patched', async () => {
    await say({ package: 'glibc', day: 1, severity: 'MEDIUM' });
    expect(await findings()).toStrictEqual(['glibc PARKED below-threshold']);
    expect([await patches(), builds()]).toStrictEqual([[], 0]);
    await say({ package: 'glibc', day: 2, severity: 'HIGH' });
    expect(await findings()).toStrictEqual(['glibc OPEN']);
    expect([await patches(), builds()]).toStrictEqual([['BUILDING glibc'], 1]);
  });

  test('a finding that is suppressed stops the patch that waits for its turn, and nothing is built for it', async () => {
    await say({ package: 'glibc', day: 1 });
    await say({ package: 'zlib', day: 1 });
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'READY glibc zlib']);
    await say({ package: 'zlib', day: 2, status: 'SUPPRESSED' });
    expect(await findings()).toStrictEqual(['glibc OPEN', 'zlib PARKED suppressed']);
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'SUPERSEDED plan-changed glibc zlib']);
    expect(await endBuilds(chain, IMAGE)).toStrictEqual(['PROMOTED']);
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib PARKED suppressed']);
    expect(builds()).toBe(1);
    // A suppression rule that is deleted publishes its findings again.
    chain.scanner.learn(fact({ package: 'zlib', day: 3 }));
    await chain.settle();
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib OPEN']);
    expect((await patches()).at(-1)).toBe('BUILDING glibc zlib');
  });

  test('an exception stops the patch that waits for its turn, and nothing is built for it', async () => {
    await say({ package: 'glibc', day: 1 });
    await say({ package: 'zlib', day: 1 });
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'READY glibc zlib']);
    const exception = { vulnerability: 'CVE-2024-zlib', justification: 'it is not reachable', expires: '2999-12-31' };
    await chain.redeploy(estateOf({ exceptions: [exception] }));
    await say({ package: 'zlib', day: 2 });
    expect(await findings()).toStrictEqual(['glibc OPEN', 'zlib PARKED excepted']);
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'SUPERSEDED plan-changed glibc zlib']);
    expect(await endBuilds(chain, IMAGE)).toStrictEqual(['PROMOTED']);
    expect(builds()).toBe(1);
  });

  test('a fix that appears wakes a parked finding', async () => {
    await say({ package: 'glibc', day: 1, fixedIn: 'NotAvailable' });
    expect(await findings()).toStrictEqual(['glibc PARKED no-fix']);
    expect([await patches(), builds()]).toStrictEqual([[], 0]);
    await say({ package: 'glibc', day: 2, fixedIn: '0:1-3' });
    expect(await findings()).toStrictEqual(['glibc OPEN']);
    expect([await patches(), builds()]).toStrictEqual([['BUILDING glibc'], 1]);
    expect((await items()).find(isFindingItem)?.fixFirstSeenAt).toBe('2024-05-02T00:00:00.000Z');
  });

  test('a finding that is CLOSED because its image is scanned no more is not fixed, is nothing to patch, and comes back', async () => {
    await say({ package: 'glibc', day: 1 });
    await say({ package: 'zlib', day: 1 });
    chain.scanner.expire(FIRST);
    await chain.settle();
    expect(await findings()).toStrictEqual(['glibc CLOSED', 'zlib CLOSED']);
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'SUPERSEDED nothing-open glibc zlib']);
    // The candidate is scanned, and has what the image before still had when nobody looked: it is no worse.
    const digest = await buildAndScan(chain, IMAGE);
    expect([await promoted(), chain.scanner.active(digest)]).toStrictEqual([digest, ['CVE-2024-zlib zlib']]);
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib OPEN']);
    expect((await patches()).at(-1)).toBe('BUILDING glibc zlib');
    // What was closed without proof does not count as fixed by the patch.
    expect(loggedMeasures(chain.functions['track-build'].log, 'VulnerabilitiesFixed')).toStrictEqual([]);
  });

  test('a new digest with the same findings, pushed while the patch is built, is the same plan', async () => {
    const [glibc, zlib] = [
      { package: 'glibc', day: 1 },
      { package: 'zlib', day: 1, fixedIn: 'NotAvailable' },
    ];
    await say(glibc, zlib);
    const second = { digest: digestOf('b'), pushed: 10 };
    await pushGolden(chain, [fact({ ...glibc, ...second })]);
    await say({ ...glibc, ...second, day: 11 }, { ...zlib, ...second, day: 11 });
    expect((await items()).find(isHeadItem)?.adopted?.digest).toBe(second.digest);
    expect(await findings()).toStrictEqual(['glibc OPEN', 'zlib PARKED no-fix']);
    expect([await patches(), builds()]).toStrictEqual([['BUILDING glibc'], 1]);
  });

  test('a patched digest on which the scanner finds the same, again and again, does not loop', async () => {
    const facts = [
      { package: 'glibc', day: 1 },
      { package: 'zlib', day: 1, fixedIn: 'NotAvailable' },
    ];
    await say(...facts);
    expect(await endBuilds(chain, IMAGE)).toStrictEqual(['PROMOTED']);
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib PARKED no-fix']);
    // Whatever the build did, the scanner does not see it.
    const digest = await promoted();
    chain.scanner.raised.delete(digest);
    chain.scanner.learn(fact({ package: 'glibc', day: 2 }));
    const built: string[] = [];
    for (let times = 0; times < 4; times++) {
      chain.scanner.repeat(digest);
      await chain.settle();
      built.push(...(await endBuilds(chain, IMAGE, { missing: ['glibc'] })));
    }
    expect(await promoted()).toBe(digest);
    // It is tried once, to no avail, and then waits for something to change.
    expect({ built, builds: builds() }).toStrictEqual({ built: ['HELD'], builds: 2 });
    expect(await patches()).toStrictEqual(['PROMOTED glibc', 'HELD nothing-improved glibc']);
  });
});
