import fc from 'fast-check';
import { makeImage } from '../table/samples';
import { worldCommands } from './commands';
import { stuckIn, violationsOf, waitForPostponed, watchTags } from './invariants';
import { World } from './world';

/** More of them where time allows: `CLOSED_LOOP_RUNS=2000 npm test -- …`. */
const RUNS = Number(process.env['CLOSED_LOOP_RUNS'] ?? 200);
const PACKAGES = { glibc: '1-1', krb5: '1-1', zlib: '1-1', expat: '1-1' };

/** Two images, scanned and clean. */
async function makeWorld(): Promise<World> {
  const images = ['debian-12', 'web'].map((name) =>
    makeImage({ name, repository: `golden/${name}`, parent: 'parent' }, { buildsPerDay: 100 }),
  );
  const world = new World({ images });
  for (const { name, repository } of images) {
    world.cloud.parents.set(name, PACKAGES);
    world.cloud.push(repository, ['stable'], PACKAGES);
  }
  world.scanAll();
  await world.settle();
  return world;
}

/** Lets everything that was begun come to its end: builds work, scans complete, events arrive. */
async function comeToRest(world: World): Promise<void> {
  for (let round = 0; round < 100; round++) {
    await world.settle();
    if (world.cloud.running().length === 0 && world.scanner.waiting().length === 0) return;
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    world.tick(1);
  }
  throw new Error('builds are started for ever');
}

async function reconcileAndRest(world: World): Promise<void> {
  await world.reconcile();
  await comeToRest(world);
}

describe('the closed loop, whatever happens in whatever order', () => {
  it('keeps its promises, and two reconciliations later nothing is stuck', async () => {
    const ends = { promoted: 0, rolledBack: 0, held: 0, failed: 0, deaths: 0, toldOfTag: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.commands(
          worldCommands(async (world) => {
            expect(await violationsOf(world)).toEqual([]);
          }),
          { maxCommands: 60, size: 'max' },
        ),
        async (commands) => {
          let watched: string[] = [];
          let world: World | undefined;
          await fc.asyncModelRun(async () => {
            world = await makeWorld();
            watched = watchTags(world);
            return { model: { hours: 0 }, real: world };
          }, commands);
          if (world === undefined) throw new Error('nothing was run');
          world.lose(undefined);
          world.effects.diesAt = () => undefined;
          world.cloud.refusal = undefined;
          for (let run = 0; run < 2; run++) {
            world.tick(2);
            await reconcileAndRest(world);
          }
          await waitForPostponed(world, reconcileAndRest.bind(undefined, world));
          expect([...watched, ...(await violationsOf(world)), ...(await stuckIn(world))]).toEqual([]);
          for (const { name } of world.images())
            for (const { state } of await world.patches(name)) {
              if (state === 'PROMOTED') ends.promoted++;
              else if (state === 'ROLLED_BACK') ends.rolledBack++;
              else if (state === 'HELD') ends.held++;
              else if (state === 'FAILED') ends.failed++;
            }
          ends.deaths += world.effects.deaths;
          ends.toldOfTag += world.notices.filter(({ kind }) => kind === 'tag-moved').length;
        },
      ),
      { numRuns: RUNS },
    );
    process.stdout.write(`closed loop: ${JSON.stringify(ends)}\n`);
    // What never happens in a run is not tested by it.
    for (const count of Object.values(ends)) expect(count).toBeGreaterThan(0);
  }, 600_000);
});
