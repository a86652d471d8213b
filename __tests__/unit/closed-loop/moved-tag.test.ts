import { imageStatus } from '../../../domain/status/image-status';
import type { Notice } from '../../../domain/notice/notice';
import { tallyOf } from '../../../domain/reconcile/tally';
import { days, end, finish, KRB5, NAME, OLD, REPOSITORY, vulnerable } from './debian-world';
import type { World } from './world';

const TAG = `${REPOSITORY}:stable`;

type TagMoved = Extract<Notice, { kind: 'tag-moved' }>;

/** A world whose one image was promoted, with the fix. */
async function promoted(): Promise<{ world: World; before: string; proven: string }> {
  const world = await vulnerable();
  const before = world.floating(NAME) ?? '';
  await finish(world);
  expect(await end(world)).toMatchObject({ patches: ['1 PROMOTED'], findings: ['glibc FIXED'] });
  return { world, before, proven: world.floating(NAME) ?? '' };
}

async function hours(world: World, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    world.tick(1);
    await world.reconcile();
    await world.settle();
  }
}

const told = (world: World): TagMoved[] => world.notices.filter((one): one is TagMoved => one.kind === 'tag-moved');

const status = async (world: World) => imageStatus(world.image(NAME), await world.items(NAME));

describe('a floating tag that somebody else has moved', () => {
  it('is told of once, shown, counted, and left where it is, until it is back', async () => {
    const { world, proven } = await promoted();
    const foreign = world.cloud.push(REPOSITORY, ['stable'], OLD);
    const head = await world.head(NAME);
    world.tick(1);
    const since = world.now.toISOString();
    expect((await world.reconcile())[0]?.actions).toEqual({ 'tag-moved-noticed': 1 });
    await hours(world, 3);
    expect(told(world)).toEqual([
      {
        ...{ kind: 'tag-moved', image: NAME, repository: REPOSITORY, tag: 'stable' },
        ...{ digest: foreign, proven, origin: 'unknown', since },
        reference: expect.stringMatching(/:2024-06-01\.1$/) as string,
      },
    ]);
    expect([world.floating(NAME), (await world.head(NAME))?.promoted]).toEqual([foreign, head?.promoted]);
    // What is FIXED is fixed on the proven image, and nothing else is said.
    const [glibc] = await world.findings(NAME);
    expect([glibc?.state, glibc?.judgedOn]).toEqual(['FIXED', proven]);
    expect(await status(world)).toMatchObject({
      current: proven,
      promoted: { digest: proven },
      tagMoved: { tag: 'stable', at: foreign, since },
    });
    expect(tallyOf(await world.items(NAME), world.now).movedTags).toEqual({ moved: 1 });

    world.cloud.tags.set(TAG, proven);
    await hours(world, 2);
    expect([(await status(world)).tagMoved, told(world).length]).toEqual([undefined, 1]);
    expect(tallyOf(await world.items(NAME), world.now).movedTags).toEqual({});
    // Once more is another time.
    world.cloud.tags.set(TAG, foreign);
    await hours(world, 2);
    expect(told(world)).toHaveLength(2);
  });

  it('to and fro between images is told of once for each of them', async () => {
    const { world, before, proven } = await promoted();
    const foreign = world.cloud.push(REPOSITORY, [], OLD);
    for (const digest of [foreign, before, foreign, before]) {
      world.cloud.tags.set(TAG, digest);
      await hours(world, 2);
    }
    expect(told(world).map(({ digest, origin }) => [digest, origin])).toEqual([
      [foreign, 'unknown'],
      [before, 'previous'],
    ]);
    // The image before: then a rollback is what it may have been meant for, and makes it one.
    expect(await world.rollBack(NAME, 'it was meant')).toMatchObject({
      did: 'rolled-back',
      digest: before,
      from: proven,
    });
    await hours(world, 2);
    expect([(await status(world)).tagMoved, told(world).length, (await end(world)).agrees]).toEqual([
      ...[undefined, 2, true],
    ]);
  });

  it('that is gone is told of, and by no digest', async () => {
    const { world, proven } = await promoted();
    world.cloud.tags.delete(TAG);
    await hours(world, 3);
    expect(told(world)).toMatchObject([{ proven, origin: 'none' }]);
    expect(told(world)[0]).not.toHaveProperty('digest');
    expect((await status(world)).tagMoved).not.toHaveProperty('at');
    expect(tallyOf(await world.items(NAME), world.now).movedTags).toEqual({ deleted: 1 });
    world.cloud.tags.set(TAG, proven);
    await hours(world, 1);
    expect((await status(world)).tagMoved).toBeUndefined();
  });

  it('to a candidate that was held is told as one that was built here', async () => {
    const { world } = await promoted();
    world.scanner.learn(KRB5);
    await world.settle();
    await world.endBuilds('breaks-contract');
    await world.settle();
    const [held = ''] = world.scanner.waiting();
    world.scanAll();
    await world.settle();
    expect((await end(world)).patches[1]).toMatch(/^2 HELD/);
    world.cloud.tags.set(TAG, held);
    await hours(world, 2);
    expect(told(world)).toMatchObject([{ digest: held, origin: 'built' }]);
  });

  it('what the scanner says of that image opens and fixes nothing: it is of another image than the current one', async () => {
    const { world, proven } = await promoted();
    const foreign = world.cloud.push(REPOSITORY, ['stable'], { ...OLD, added: '1-1' });
    world.scanAll();
    world.tick(1);
    world.scanner.learn({ id: 'CVE-2024-0098', package: 'added', severity: 'CRITICAL', floor: '9' });
    await world.settle();
    await hours(world, 3);
    // Known of it, and kept …
    const findings = await world.findings(NAME);
    expect(findings.map((one) => [one.package, one.observations[foreign]?.status])).toEqual([
      ['glibc', 'ACTIVE'],
      ['added', 'ACTIVE'],
    ]);
    // … and not the verdict, which is on what was proven.
    expect((await end(world)).findings).toEqual(['glibc FIXED', 'added PARKED stale-digest']);
    expect(new Set(findings.map(({ judgedOn }) => judgedOn))).toEqual(new Set([proven]));
    expect([world.cloud.builds.length, told(world).length]).toEqual([1, 1]);
    expect((await status(world)).current).toBe(proven);
  });

  it('is moved by the next promotion, which is proven against what was', async () => {
    const { world, proven } = await promoted();
    const foreign = world.cloud.push(REPOSITORY, ['stable'], OLD);
    await hours(world, 1);
    await world.rebuild(NAME, 'the tag was moved');
    await world.settle();
    await finish(world);
    const head = await world.head(NAME);
    expect([head?.promoted?.digest === world.floating(NAME), head?.previous?.digest]).toEqual([true, proven]);
    expect(world.floating(NAME)).not.toBe(foreign);
    expect((await status(world)).tagMoved).toBeUndefined();
    await hours(world, 2);
    expect([told(world).length, (await end(world)).findings]).toEqual([1, ['glibc FIXED']]);
  });

  it('before the first promotion is no news: nothing is proven, and images come by it', async () => {
    const world = await vulnerable();
    world.cloud.push(REPOSITORY, ['stable'], OLD);
    await hours(world, 2);
    expect(told(world)).toEqual([]);
  });

  it.each([1, 2, 3])('is told of also where the run died at effect %i, once or twice', async (at) => {
    for (const side of ['before', 'after'] as const) {
      const { world } = await promoted();
      world.cloud.push(REPOSITORY, ['stable'], OLD);
      const target = world.effects.count + at;
      world.effects.diesAt = (effect) => (effect === target ? side : undefined);
      await world.reconcile();
      expect(world.effects.deaths).toBe(1);
      await hours(world, 3);
      expect([at, side, told(world).length]).toEqual([
        at,
        side,
        at === 2 && side === 'after' ? 2 : at === 3 && side === 'before' ? 2 : 1,
      ]);
      expect(new Set(told(world).map((one) => JSON.stringify(one))).size).toBe(1);
    }
  });
});

describe('a floating tag that a promotion or a rollback is just moving', () => {
  it.each(['before', 'after'] as const)('is not told of: reconciled %s a promotion moves it', async (when) => {
    const { world } = await promoted();
    world.scanner.learn(KRB5);
    await world.settle();
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    const tag = world.cloud.registry.tag.bind(world.cloud.registry);
    const reconciled = jest.fn();
    const spy = jest.spyOn(world.cloud.registry, 'tag').mockImplementation(async (source, target) => {
      const isIt = target.endsWith(':stable');
      if (isIt) spy.mockRestore();
      if (isIt && when === 'before') reconciled(await world.reconcile());
      await tag(source, target);
      if (isIt && when === 'after') reconciled(await world.reconcile());
    });
    await world.settle();
    expect(reconciled).toHaveBeenCalledTimes(1);
    await hours(world, 2);
    expect([told(world), (await end(world)).agrees]).toEqual([[], true]);
  });

  it('is not told of wherever a promotion or a rollback was cut off', async () => {
    let deaths = 0;
    for (let at = 1; at <= 24; at++) {
      const world = await vulnerable();
      await world.endBuilds();
      await world.settle();
      world.scanAll();
      const promotion = world.effects.count + at;
      world.effects.diesAt = (effect) => (effect === promotion ? 'after' : undefined);
      await world.step();
      await hours(world, 3);
      const rollback = world.effects.count + at;
      world.effects.diesAt = (effect) => (effect === rollback ? 'after' : undefined);
      await world.rollBack(NAME, 'a reason');
      await hours(world, 2);
      await days(world, 1);
      deaths += world.effects.deaths;
      expect([at, told(world), (await end(world)).agrees]).toEqual([at, [], true]);
    }
    expect(deaths).toBeGreaterThan(24);
  });
});
