import { makeImage } from '../table/samples';
import { World } from './world';

const NAME = 'debian-12';
const OLD = { glibc: '2-1' };

/** An image with a vulnerable glibc, and a builder that refuses every build. */
async function refusing(): Promise<World> {
  const world = new World({ images: [makeImage({ parent: 'parent' })] });
  world.cloud.parents.set(NAME, OLD);
  world.cloud.push('golden/debian-12', ['stable'], OLD);
  world.cloud.refusal = 'no such pipeline';
  world.scanAll();
  world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' });
  await world.settle();
  return world;
}

/** One whose rebuild signal was lost on its way to start-build. */
async function lostSignal(): Promise<World> {
  const world = new World({ images: [makeImage({ parent: 'parent' })] });
  world.cloud.parents.set(NAME, OLD);
  world.cloud.push('golden/debian-12', ['stable'], OLD);
  world.cloud.refusal = 'no such pipeline';
  world.lose('parameters');
  world.scanAll();
  world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' });
  await world.settle();
  world.tick(1);
  return world;
}

/** Lets hours pass, two runs of reconcile-findings in each. */
async function hours(world: World, count: number): Promise<void> {
  for (let half = 0; half < 2 * count; half++) {
    world.tick(0.5);
    await world.reconcile();
    await world.settle();
  }
}

/** Hours from the first patch to each. */
async function begun(world: World): Promise<number[]> {
  const times = (await world.patches(NAME)).map(({ times, stateSince }) => Date.parse(times?.READY ?? stateSince));
  return times.map((time) => Math.round((time - (times[0] ?? 0)) / 3_600_000));
}

describe('builds that are refused for good', () => {
  it('are asked for after 1, 2, 4, … hours, at last once a day: each is another patch', async () => {
    const world = await refusing();
    await hours(world, 80);
    expect(await begun(world)).toEqual([0, 1, 3, 7, 15, 31, 55, 79]);
    const patches = await world.patches(NAME);
    expect(new Set(patches.map(({ state, reason }) => `${state} ${reason ?? ''}`))).toEqual(
      new Set(['FAILED builder']),
    );
    expect(await world.head(NAME)).toMatchObject({ state: 'IDLE', failures: 0, builds: { count: 0 } });
  });

  it('are built by themselves when the deployment is mended, at once where a person starts over', async () => {
    const world = await refusing();
    await hours(world, 20);
    world.cloud.refusal = undefined;
    await hours(world, 2);
    expect(world.cloud.running()).toHaveLength(0);
    await world.retry(NAME);
    await world.settle();
    expect(world.cloud.running()).toHaveLength(1);
    const other = await refusing();
    await hours(other, 20);
    other.cloud.refusal = undefined;
    await hours(other, 12);
    expect(other.cloud.running()).toHaveLength(1);
  });

  it('are told of once in a row of them, as many as failed builds would stop the image, and never stop it', async () => {
    const world = await refusing();
    const since = world.now.toISOString();
    await hours(world, 2);
    expect([(await begun(world)).length, world.notices]).toEqual([2, []]);
    await hours(world, 78);
    expect(world.notices).toMatchObject([
      { kind: 'refused', image: NAME, patch: 3, refusals: 3, since, detail: 'no such pipeline' },
    ]);
    // A person starts over, and it is as before: that is another row.
    await world.retry(NAME);
    await world.settle();
    await hours(world, 30);
    expect(world.notices.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  });

  it('are told of again where the process died before it was remembered, and where nobody could be told', async () => {
    const world = await refusing();
    await hours(world, 2);
    let sent = 0;
    world.onNotice = () => {
      if (sent++ === 0) throw new Error('the topic is gone');
      const at = world.effects.count + 1;
      if (sent === 2) world.effects.diesAt = (effect) => (effect === at ? 'before' : undefined);
    };
    await hours(world, 20);
    expect(world.notices.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  });

  it('by reconcile-findings are counted and put off as by start-build', async () => {
    const other = await lostSignal();
    await other.reconcile();
    await other.settle();
    expect(other.metrics.counts).toMatchObject({ 'BuildsNotStarted refused': 1, 'ImagesPostponed refused': 1 });
    const started = await lostSignal();
    started.cloud.refusal = undefined;
    await started.reconcile();
    expect(started.metrics.counts).toMatchObject({ BuildsStarted: 1 });
  });

  it('after a build that worked are asked for after an hour again', async () => {
    const world = await refusing();
    await hours(world, 4);
    expect(await begun(world)).toEqual([0, 1, 3]);
    world.cloud.refusal = undefined;
    await hours(world, 4);
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    await world.settle();
    expect((await world.patches(NAME)).at(-1)?.state).toBe('PROMOTED');
    world.cloud.refusal = 'no such pipeline';
    world.tick(1);
    world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-3' });
    await world.settle();
    await hours(world, 3);
    expect((await begun(world)).slice(4)).toEqual([9, 10, 12]);
  });
});
