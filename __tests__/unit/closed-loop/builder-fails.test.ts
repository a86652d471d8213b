import { end, finish, GLIBC, NAME, vulnerable } from './debian-world';
import type { BuildEnd } from './cloud';
import type { World } from './world';

/** Lets days pass, a run of reconcile-findings in each hour; every build that begins ends so. */
async function hours(world: World, count: number, how: BuildEnd): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    world.tick(1);
    await world.endBuilds(how);
    await world.settle();
    await world.reconcile();
    await world.settle();
  }
}

/** Builds that a builder fails before the one that ends more than a day after the first: in 15 min, then twice as long, and so on. */
const WITHIN_A_DAY = 7;

/** A world in whose builder builds have failed for a day, and the one that stops the image is running. */
async function lastTry(): Promise<World> {
  const world = await vulnerable();
  for (let hour = 0; hour < 100; hour++) {
    await hours(world, 1, 'builder-fails');
    const [first] = await world.patches(NAME);
    const age = world.now.getTime() - Date.parse(first?.stateSince ?? '');
    if (world.cloud.running().length > 0 && age >= 24 * 3_600_000) break;
  }
  expect(await world.head(NAME)).toMatchObject({ state: 'BUSY', failures: WITHIN_A_DAY });
  return world;
}

describe('a builder that always fails', () => {
  it.each(['builder-fails', 'cancelled'] as const)(
    'stops the image when it has for a day (%s): people are told once, and nothing is built until one says so',
    async (how) => {
      const world = await vulnerable();
      const began = world.now.getTime();
      await hours(world, 240, how);
      expect(await end(world)).toMatchObject({
        head: 'STOPPED',
        lease: undefined,
        patches: Array.from({ length: WITHIN_A_DAY + 1 }, (_, index) => `${index + 1} FAILED builder`),
        findings: ['glibc OPEN'],
        notices: ['stopped'],
      });
      expect(world.cloud.builds).toHaveLength(WITHIN_A_DAY + 1);
      expect(world.notices).toMatchObject([
        {
          ...{ kind: 'stopped', image: NAME, patch: WITHIN_A_DAY + 1, failures: WITHIN_A_DAY + 1, reason: 'builder' },
          since: new Date(began + 3_600_000).toISOString(),
          detail: how === 'cancelled' ? 'cancelled' : 'no capacity',
        },
      ]);
      expect(world.metrics.counts).toMatchObject({
        ...{ 'BuildsFailed builder': WITHIN_A_DAY + 1, 'ImagesPostponed builder': WITHIN_A_DAY },
      });
      await world.retry(NAME);
      await world.settle();
      await finish(world);
      expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 1, notices: ['stopped', 'promoted'] });
      expect((await world.head(NAME))?.failures).toBe(0);
    },
  );

  it('for less than a day stops nothing: an outage passes, and nobody has to start over after it', async () => {
    const world = await vulnerable();
    await hours(world, 20, 'builder-fails');
    expect(await end(world)).toMatchObject({ notices: [] });
    expect((await world.head(NAME))?.failures).toBeGreaterThan(3);
    await hours(world, 24, 'works');
    world.scanAll();
    await world.settle();
    expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 1, notices: ['promoted'] });
  });

  it('and no attempt of the patch is used up: after it started over, its script may still fail as often as ever', async () => {
    const world = await vulnerable({ maximumAttempts: 3, failuresBeforeStop: 2 });
    await hours(world, 60, 'builder-fails');
    expect(await world.head(NAME)).toMatchObject({ state: 'STOPPED' });
    await world.retry(NAME);
    await world.settle();
    expect((await world.patches(NAME)).at(-1)).toMatchObject({ state: 'BUILDING' });
    await finish(world);
    expect(await end(world)).toMatchObject({ moves: 1, findings: ['glibc FIXED'] });
  });

  it('counts together with the script: failures in a row are failures, whosever they are', async () => {
    const world = await vulnerable();
    await hours(world, 1, 'fails');
    await hours(world, 1, 'builder-fails');
    await hours(world, 2, 'fails');
    expect((await end(world)).patches.slice(0, 3)).toEqual(['1 FAILED script', '2 FAILED builder', '3 FAILED script']);
    expect(await end(world)).toMatchObject({ head: 'STOPPED', notices: ['stopped'] });
    expect(world.notices).toMatchObject([{ failures: 3, reason: 'script' }]);
  });

  it('that recovers before is forgotten with the next promotion', async () => {
    const world = await lastTry();
    await finish(world);
    expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 1, notices: ['promoted'] });
    expect((await world.head(NAME))?.failures).toBe(0);
    world.tick(24);
    world.scanner.learn({ ...GLIBC, floor: '2-3' });
    await world.settle();
    await hours(world, 3, 'builder-fails');
    expect(await end(world)).toMatchObject({ notices: ['promoted'] });
  });

  it('is told of also where the process died at any of the three effects of the last failure', async () => {
    let [deaths, again] = [0, 0];
    for (let at = 1; at <= 3; at++)
      for (const when of ['before', 'after'] as const) {
        const world = await lastTry();
        const begin = world.effects.count;
        await world.endBuilds('builder-fails');
        world.effects.diesAt = (effect) => (effect === begin + at ? when : undefined);
        await world.settle();
        world.effects.diesAt = () => undefined;
        await hours(world, 12, 'builder-fails');
        expect(await end(world)).toMatchObject({ head: 'STOPPED', lease: undefined });
        const told = world.notices.filter(({ kind }) => kind === 'stopped').length;
        // At least once: a notice that was sent just before the death is sent again.
        expect(told).toBeGreaterThanOrEqual(1);
        expect(told).toBeLessThanOrEqual(2);
        deaths += world.effects.deaths;
        again += told - 1;
      }
    expect({ deaths, again }).toEqual({ deaths: 6, again: 2 });
  });
});
