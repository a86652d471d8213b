import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { makeBuildEnds } from '../support/aws/build-ends';
import { findingEvent, type FindingSketch } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import type { LambdaChain } from '../support/aws/lambda-chain';
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
  /** Has Inspector say facts, and lets the chain run. */
  const say = async (...facts: Parameters<typeof fact>[0][]): Promise<void> => {
    await chain.send(facts.map(fact));
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
    expect(await makeBuildEnds(chain, IMAGE).endAll()).toStrictEqual(['promoted']);
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib PARKED suppressed']);
    expect(builds()).toBe(1);
    // A suppression rule that is deleted publishes its findings again.
    await say({ package: 'zlib', day: 3, digest: await promoted() });
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
    expect(await makeBuildEnds(chain, IMAGE).endAll()).toStrictEqual(['promoted']);
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

  test('a finding that is CLOSED because its image is scanned no more is not fixed, and is nothing to patch', async () => {
    await say({ package: 'glibc', day: 1 });
    await say({ package: 'zlib', day: 1 });
    await say({ package: 'zlib', day: 2, status: 'CLOSED' });
    expect(await findings()).toStrictEqual(['glibc OPEN', 'zlib CLOSED']);
    expect(await patches()).toStrictEqual(['BUILDING glibc', 'SUPERSEDED plan-changed glibc zlib']);
    expect(await makeBuildEnds(chain, IMAGE).endAll()).toStrictEqual(['promoted']);
    const [, zlib] = (await items()).filter(isFindingItem);
    expect(Object.values(zlib?.observations ?? {}).map(({ proof, status }) => [proof, status])).not.toContainEqual([
      'package-database',
      'CLOSED',
    ]);
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
    const ends = makeBuildEnds(chain, IMAGE);
    expect(await ends.endAll()).toStrictEqual(['promoted']);
    expect(await findings()).toStrictEqual(['glibc FIXED', 'zlib PARKED no-fix']);
    const built: string[] = [];
    for (let day = 27; day <= 30; day++) {
      const digest = await promoted();
      await say(...facts.map((one) => ({ ...one, digest, day })));
      built.push(...(await ends.endAll()));
    }
    // It is tried once, to no avail, and then waits for something to change.
    expect({ built, builds: builds() }).toStrictEqual({ built: ['held'], builds: 2 });
    expect(await patches()).toStrictEqual(['PROMOTED glibc', 'HELD nothing-improved glibc']);
  });
});
