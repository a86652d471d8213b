import { noteBuilt, updateHead } from '../../../domain/table/head-changes';
import { patchKey } from '../../../domain/table/keys';
import { movePatch } from '../../../domain/table/move-patch';
import type { PatchState } from '../../../domain/table/patch-item';
import { digestOf, makeFinding, makePatch } from '../table/samples';
import { reconcileWorld, REPOSITORY } from './reconcile-world';

type World = ReturnType<typeof reconcileWorld>;

const rebuilds = ({ asked }: World): string[] => asked.filter((name) => name.startsWith('rebuild'));

/** An image that patch 1 was promoted for, built at the world's time. */
async function promoted(world: World): Promise<void> {
  const now = world.state.now.toISOString();
  await world.table.put(makePatch({ state: 'PROMOTED', stateSince: now, times: { BUILDING: now } }), 0);
  await updateHead(world.table, 'debian-12', (head) => ({
    ...head,
    judged: digestOf('a'),
    promoted: { digest: digestOf('a'), reference: 'r', patch: 1, since: now, descendsFrom: [] },
  }));
}

describe('the first build', () => {
  it('is asked for where neither table nor registry has an image, at most once a day', async () => {
    const world = reconcileWorld();
    world.state.registered = [];
    expect((await world.run()).actions).toEqual({ 'first-build': 1 });
    expect(rebuilds(world)).toEqual(['rebuild: the repository is empty']);
    const patch = makePatch({ targets: [], rebuild: true, stateSince: world.state.now.toISOString() });
    await world.table.put(patch, 0);
    await world.run();
    world.wait(23 * 60);
    await movePatch(world.table, patch, ['READY', 'SIGNALED'], world.state.now, { state: 'FAILED' });
    world.wait(23 * 60);
    await world.run();
    expect(rebuilds(world)).toHaveLength(1);
    world.wait(60);
    await world.run();
    expect(rebuilds(world)).toHaveLength(2);
  });

  it('is asked for again a day after it was held, whatever tags the held one has', async () => {
    const world = reconcileWorld();
    await updateHead(world.table, 'debian-12', (head) => ({ ...head, sequence: 1 }));
    await noteBuilt(world.table, 'debian-12', digestOf('b'));
    world.state.registered = [{ digest: digestOf('b'), tags: ['1.0.0-1', 'candidate'] }];
    const since = world.state.now.toISOString();
    await world.table.put(makePatch({ targets: [], rebuild: true, state: 'HELD', stateSince: since }), 0);
    world.wait(24 * 60 - 1);
    await world.run();
    expect(rebuilds(world)).toEqual([]);
    world.wait(1);
    expect((await world.run()).actions).toEqual({ 'first-build': 1 });
    // What somebody pushed beside it is there to be used: nothing is built over it.
    world.state.registered = [...world.state.registered, { digest: digestOf('c'), tags: ['stable'] }];
    await world.run();
    expect(rebuilds(world)).toHaveLength(1);
  });

  it('is asked for again a day after it failed, also where it had pushed its image, which nobody has noted', async () => {
    const world = reconcileWorld();
    await updateHead(world.table, 'debian-12', (head) => ({ ...head, sequence: 1, failures: 1 }));
    world.state.registered = [{ digest: digestOf('b'), tags: ['1.0.0-1'] }];
    const since = world.state.now.toISOString();
    const failed = makePatch({ targets: [], rebuild: true, state: 'FAILED', reason: 'builder', stateSince: since });
    await world.table.put(failed, 0);
    world.wait(24 * 60);
    expect((await world.run()).actions).toEqual({ 'first-build': 1 });
  });

  it.each(['registry', 'table', 'breaker'] as const)('is not asked for because of the %s', async (why) => {
    const world = reconcileWorld();
    if (why !== 'registry') world.state.registered = [];
    if (why === 'table') await world.ingest([makeFinding()]);
    if (why === 'breaker')
      await updateHead(world.table, 'debian-12', (head) => ({ ...head, state: 'STOPPED', failures: 3 }));
    await world.run();
    expect(rebuilds(world)).toEqual([]);
  });
});

describe('a parent', () => {
  it('that changes after the promoted build has the image built again, until a build has it', async () => {
    const world = reconcileWorld();
    await promoted(world);
    world.state.parent = digestOf('1');
    expect((await world.run()).actions).toEqual({});
    const written = world.writes();
    await world.run();
    expect(world.writes()).toBe(written);
    world.wait(60);
    world.state.parent = digestOf('2');
    expect((await world.run()).actions).toEqual({ 'parent-changed': 1 });
    expect(rebuilds(world)).toEqual([`rebuild: the parent is ${digestOf('2')} now`]);
    // A build that began after the change, asked for by whomever, has the new parent.
    world.wait(60);
    const since = world.state.now.toISOString();
    await world.table.put(
      makePatch({ sequence: 2, state: 'PROMOTED', stateSince: since, times: { BUILDING: since } }),
      0,
    );
    await world.run();
    expect(rebuilds(world)).toHaveLength(1);
  });

  it.each([
    ['READY', 1],
    ['AWAITING_APPROVAL', 1],
    // A day after the first, as nobody knows what the next ends as.
    ['HELD', 4],
  ] as const)('is asked for as often, in three days, where its rebuild is %s: %i', async (state: PatchState, times) => {
    const world = reconcileWorld();
    await promoted(world);
    world.state.parent = digestOf('1');
    await world.run();
    world.state.parent = digestOf('2');
    world.wait(60);
    await world.run();
    await world.table.put(makePatch({ sequence: 2, rebuild: true, stateSince: world.state.now.toISOString() }), 0);
    if (state === 'HELD')
      await movePatch(world.table, patchKey('debian-12', 2), ['READY'], world.state.now, { state: 'BUILDING' });
    if (state !== 'READY')
      await movePatch(world.table, patchKey('debian-12', 2), ['READY', 'BUILDING'], world.state.now, { state });
    for (let day = 0; day < 3; day++) {
      world.wait(24 * 60);
      await world.run();
    }
    expect(rebuilds(world)).toHaveLength(times);
  });

  it('whose digest cannot be known has nothing built, and is no trouble', async () => {
    const world = reconcileWorld();
    await promoted(world);
    expect(await world.run()).toMatchObject({ actions: {}, troubles: [] });
    expect(rebuilds(world)).toEqual([]);
  });
});

describe('the end of scanning', () => {
  const DAY = 24 * 60;
  const scanned = { state: 'scanned', at: '2024-06-01T00:00:00.000Z' } as const;
  const world = async (coverage: Parameters<World['source']['setCoverage']>[1]): Promise<World> => {
    const one = reconcileWorld();
    await promoted(one);
    one.source.setCoverage(REPOSITORY, coverage);
    return one;
  };

  it('is told of three days before, once a day, and when it has come', async () => {
    const one = await world({ digest: digestOf('a'), tags: ['stable'], status: scanned });
    one.wait(11 * DAY - 1);
    expect([(await one.run()).actions, one.notices]).toEqual([{}, []]);
    one.wait(2);
    const { actions, tally } = await one.run();
    expect([actions, tally?.scanEnding]).toEqual([{ 'scan-ending-noticed': 1 }, { expiring: 1 }]);
    expect(one.notices).toEqual([
      {
        kind: 'scan-eligibility',
        image: 'debian-12',
        repository: REPOSITORY,
        digest: digestOf('a'),
        state: 'expiring',
        detail:
          'The scanner stops looking at the image on 2024-06-15, 14 days after its push or last use. Raise the ECR re-scan duration of Amazon Inspector before that day, or have the image built again (golden-images rebuild).',
      },
    ]);
    const written = one.writes();
    one.wait(60);
    expect((await one.run()).tally?.scanEnding).toEqual({ expiring: 1 });
    expect([one.notices.length, one.writes()]).toEqual([1, written]);
    one.wait(DAY);
    await one.run();
    expect(one.notices).toHaveLength(2);
    one.source.setStatus(REPOSITORY, digestOf('a'), { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' });
    one.wait(DAY);
    expect((await one.run()).tally?.scanEnding).toEqual({ expired: 1 });
    expect(one.notices[2]).toMatchObject({
      state: 'expired',
      detail:
        'The scanner does not look at the image any more (SCAN_ELIGIBILITY_EXPIRED). Have the image built again (golden-images rebuild), and raise the ECR re-scan duration of Amazon Inspector so that it does not happen again: raising it alone does not bring the image back.',
    });
  });

  it.each([
    ['is in use', { inUse: 2 }],
    ['was in use lately', { lastInUseAt: '2024-06-11T00:00:00.000Z' }],
  ] as const)('is not told of an image that %s', async (_what, more) => {
    const one = await world({ digest: digestOf('a'), tags: [], status: scanned, ...more });
    one.wait(12 * DAY);
    await one.run();
    expect(one.notices).toEqual([]);
  });

  it('is not told of another digest, nor where the window is over and it is scanned all the same', async () => {
    const one = await world({ digest: digestOf('b'), tags: [], status: { state: 'expired', detail: '' } });
    await one.run();
    one.source.setCoverage(REPOSITORY, { digest: digestOf('a'), tags: [], status: scanned });
    one.wait(20 * DAY);
    await one.run();
    expect(one.notices).toEqual([]);
  });
});
