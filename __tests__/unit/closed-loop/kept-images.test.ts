import { makeImage } from '../table/samples';
import { days, end, finish, GLIBC, KRB5, NAME, OLD, REPOSITORY, vulnerable } from './debian-world';
import { World } from './world';

/** A tag that the lifecycle rules of the repository keep an image for (modules/golden-repository). */
const KEPT = /^(?:stable|20\d\d-\d\d-\d\d\.\d+)$/;

/** What the last lifecycle rule does when the time has come: what is neither promoted nor was goes. */
function expireImages(world: World): void {
  for (const digest of [...world.cloud.images.keys()])
    if (!world.cloud.tagsOf(digest).some((tag) => KEPT.test(tag))) world.cloud.remove(digest);
}

describe('the image before the first promotion', () => {
  it('outlives the lifecycle rules of the repository, and a rollback finds it', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    await finish(world);
    expect(world.cloud.tagsOf(before ?? '')).toEqual(['2024-06-01.2']);
    expireImages(world);
    expect(await world.rollBack(NAME, 'it breaks our build')).toMatchObject({ did: 'rolled-back', digest: before });
    expect([world.floating(NAME), (await end(world)).agrees]).toEqual([before, true]);
  });

  it('is kept wherever the promotion was cut off, by one tag, and not where nothing was promoted', async () => {
    const candidate = async (): Promise<World> => {
      const world = await vulnerable();
      await world.endBuilds();
      await world.settle();
      world.tick(1);
      world.scanAll();
      return world;
    };
    const clean = await candidate();
    const begun = clean.effects.count;
    await clean.settle();
    const effects = clean.effects.count - begun;
    expect(effects).toBeGreaterThan(8);
    for (let at = 1; at <= effects; at++)
      for (const side of ['before', 'after'] as const) {
        const world = await candidate();
        const before = world.floating(NAME) ?? '';
        const target = world.effects.count + at;
        world.effects.diesAt = (effect) => (effect === target ? side : undefined);
        await world.step();
        // Never without a tag that keeps it, however long nobody carries on.
        expect([at, side, world.cloud.tagsOf(before).some((tag) => KEPT.test(tag))]).toEqual([at, side, true]);
        world.tick(24);
        await world.reconcile();
        await world.settle();
        // By the day of its push: the candidate's tag is of the same day, or, where it was cut off before that, of the next.
        const tags = world.cloud.tagsOf(before);
        expect([at, side, tags.length]).toEqual([at, side, 1]);
        expect(tags[0]).toMatch(/^2024-06-01\.[12]$/);
        expireImages(world);
        expect(await world.rollBack(NAME, 'a reason')).toMatchObject({ did: 'rolled-back', digest: before });
      }
    const held = await vulnerable();
    const before = held.floating(NAME) ?? '';
    await held.endBuilds('breaks-contract');
    await held.settle();
    held.scanAll();
    await held.settle();
    expect([(await end(held)).patches, held.cloud.tagsOf(before)]).toEqual([['1 HELD contract-broken'], ['stable']]);
  });

  it('is the one that the floating tag was on, also where something newer was pushed beside it', async () => {
    const world = new World({ images: [makeImage({ parent: 'parent' })] });
    world.cloud.parents.set(NAME, OLD);
    const before = world.cloud.push(REPOSITORY, ['stable'], OLD);
    world.tick(1);
    const nightly = world.cloud.push(REPOSITORY, ['nightly'], OLD);
    world.scanAll();
    world.scanner.learn(GLIBC);
    await world.settle();
    expect((await world.head(NAME))?.adopted).toMatchObject({ digest: nightly, floating: false });
    await finish(world);
    expect((await world.head(NAME))?.previous?.digest).toBe(before);
    // What people and systems are told is about the tag, too.
    expect(world.notices.filter(({ kind }) => kind === 'promoted')).toMatchObject([{ previousDigest: before }]);
    expireImages(world);
    expect(await world.rollBack(NAME, 'it breaks our build')).toMatchObject({ did: 'rolled-back', digest: before });
    expect([world.floating(NAME), (await end(world)).agrees]).toEqual([before, true]);
  });

  it('gives later promotions no more tags than one', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME) ?? '';
    await finish(world);
    world.scanner.learn(KRB5);
    await world.settle();
    await days(world, 1);
    expect((await end(world)).patches).toEqual(['1 PROMOTED', '2 PROMOTED']);
    expect(world.cloud.tagsOf(before)).toEqual(['2024-06-01.2']);
  });
});
