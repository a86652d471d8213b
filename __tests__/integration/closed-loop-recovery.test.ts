import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { openOutbox } from '../support/aws/chain-outbox';
import { findingEvent } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { endBuild, runningBuilds } from '../support/aws/emulated-builds';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import { digestOf } from '../unit/table/samples';

const IMAGE = 'debian';
const EVENTS = ['glibc', 'zlib'].map((name) =>
  findingEvent({ repository: 'golden/debian', digest: digestOf('a'), package: name, day: 1 }),
);
const BUILD_ENDED = 'EC2 Image Builder Image State Change';
const SCANNED = 'Inspector2 Scan';
const SIGNALED = 'Parameter Store Change';
const FOUND = 'Inspector2 Finding';

describeLambdaChain('an event that is lost, on the emulator', (start) => {
  let chain: LambdaChain;
  const lost: string[] = [];
  beforeEach(async () => {
    const images = [{ name: IMAGE, repository: 'golden/debian', parent: PARENT.reference }];
    chain = await start({ config: { version: 1, author: 'rules', images } });
    await pushGolden(chain, EVENTS);
    await chain.scanner.seed(EVENTS);
    lost.length = 0;
  });
  /** Has every event of these kinds be lost. */
  const lose = (...kinds: readonly string[]): void => {
    chain.events.fate = (event) => {
      if (!kinds.includes(event['detail-type'])) return undefined;
      lost.push(event['detail-type']);
      return 'lose';
    };
  };
  const find = async (): Promise<void> => {
    for (const event of EVENTS) chain.events.emit(event);
    await chain.settle();
  };
  const stand = async (): Promise<string[]> => {
    const items = await chain.table.query(imagePartition(IMAGE));
    return [
      ...items.filter(isPatchItem).map(({ state }) => `patch ${state}`),
      ...items.filter(isFindingItem).map(({ package: name, state }) => `${name} ${state}`),
    ];
  };
  /** Runs reconcile-findings once, and lets the chain run. */
  const reconcile = async (): Promise<string[]> => {
    expect(await chain.reconcile()).toStrictEqual({ images: 1, troubles: 0 });
    await chain.settle();
    return await stand();
  };
  const promoted = ['patch PROMOTED', 'glibc FIXED', 'zlib FIXED'];
  /** One build, one promotion, nothing given up. */
  const expectOneBuild = async (digest: string | undefined): Promise<void> => {
    expect(chain.imageBuilder.builds).toHaveLength(1);
    const head = (await chain.table.query(imagePartition(IMAGE))).find(isHeadItem);
    expect(head).toMatchObject({ state: 'IDLE', promoted: { digest, patch: 1 }, builds: { count: 1 } });
    expect(head?.lease).toBeUndefined();
    expect(chain.events.givenUp).toStrictEqual([]);
  };

  test('the end of a build: reconcile-findings looks at the build, and the scan promotes what it built', async () => {
    await find();
    lose(BUILD_ENDED);
    const digest = await endBuild(chain, IMAGE);
    await chain.settle();
    expect(lost).toStrictEqual([BUILD_ENDED]);
    expect((await stand())[0]).toBe('patch BUILDING');
    expect((await reconcile())[0]).toBe('patch CANDIDATE');
    chain.scanner.complete(digest ?? '');
    await chain.settle();
    expect(await stand()).toStrictEqual(promoted);
    await expectOneBuild(digest);
  });

  test('the completed scan: reconcile-findings asks the scanner, and promotes', async () => {
    await find();
    const digest = await endBuild(chain, IMAGE);
    await chain.settle();
    // Before the scan is complete there is nothing to make good.
    expect((await reconcile())[0]).toBe('patch CANDIDATE');
    lose(SCANNED);
    chain.scanner.complete(digest ?? '');
    await chain.settle();
    expect(lost).toStrictEqual([SCANNED]);
    expect((await stand())[0]).toBe('patch CANDIDATE');
    expect(await reconcile()).toStrictEqual(promoted);
    await expectOneBuild(digest);
  });

  test('the change of a parameter: reconcile-findings starts the build when a quarter of an hour is over', async () => {
    lose(SIGNALED);
    await find();
    expect(lost).toStrictEqual([SIGNALED]);
    expect((await stand())[0]).toBe('patch SIGNALED');
    // It may still be on its way.
    expect((await reconcile())[0]).toBe('patch SIGNALED');
    expect(chain.imageBuilder.builds).toStrictEqual([]);
    chain.advance(15 * 60);
    expect((await reconcile())[0]).toBe('patch BUILDING');
    const digest = await endBuild(chain, IMAGE);
    await chain.settle();
    chain.scanner.complete(digest ?? '');
    await chain.settle();
    expect(await stand()).toStrictEqual(promoted);
    await expectOneBuild(digest);
  });

  test('all of them, findings included: runs of reconcile-findings alone close the loop, and tell of it once', async () => {
    const outbox = await openOutbox(chain);
    lose(FOUND, SIGNALED, BUILD_ENDED, SCANNED);
    await find();
    expect(await stand()).toStrictEqual([]);
    expect(await reconcile()).toStrictEqual(['patch SIGNALED', 'glibc OPEN', 'zlib OPEN']);
    chain.advance(16 * 60);
    expect((await reconcile())[0]).toBe('patch BUILDING');
    expect(runningBuilds(chain, IMAGE)).toHaveLength(1);
    const digest = await endBuild(chain, IMAGE);
    expect((await reconcile())[0]).toBe('patch CANDIDATE');
    chain.scanner.complete(digest ?? '');
    expect(await reconcile()).toStrictEqual(promoted);
    await expectOneBuild(digest);
    expect([...new Set(lost)].sort()).toStrictEqual([BUILD_ENDED, FOUND, SCANNED, SIGNALED].sort());
    expect((await outbox.notices()).map(({ attributes }) => attributes)).toStrictEqual([
      { image: IMAGE, kind: 'promoted' },
    ]);
    expect((await outbox.events()).map((event) => event['detail-type'])).toStrictEqual(['GoldenImagePromoted']);
    // What is right is not touched again.
    const before = await chain.table.query(imagePartition(IMAGE));
    await reconcile();
    expect(await chain.table.query(imagePartition(IMAGE))).toStrictEqual(before);
    expect(await outbox.notices()).toStrictEqual([]);
  });
});
