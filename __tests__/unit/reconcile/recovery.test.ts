import { requestReplan, updateHead } from '../../../domain/table/head-changes';
import { PATCH_PREFIX, patchKey } from '../../../domain/table/keys';
import { movePatch } from '../../../domain/table/move-patch';
import { parkOpen } from '../../../domain/table/park-open';
import type { PatchState } from '../../../domain/table/patch-item';
import { digestOf, makeFinding, makeImage, makePatch, NOW } from '../table/samples';
import { reconcileWorld } from './reconcile-world';

type World = ReturnType<typeof reconcileWorld>;

/** Takes the lease for the image's patch, as signal-rebuild does. */
async function lease(world: World, patch = 1): Promise<void> {
  await updateHead(world.table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    sequence: patch,
    lease: { patch, since: world.state.now.toISOString() },
  }));
}

async function move(world: World, state: PatchState, from: PatchState = 'READY'): Promise<void> {
  await movePatch(world.table, patchKey('debian-12', 1), [from], world.state.now, { state });
}

/** A world whose only finding is known, listed and planned: nothing of it is lost. */
async function planned(options: Parameters<typeof reconcileWorld>[0] = {}): Promise<World> {
  const world = reconcileWorld(options);
  await world.ingest([makeFinding()]);
  world.scan([makeFinding()]);
  expect((await world.generate()).did).toBe('planned');
  return world;
}

describe('a lost stream record', () => {
  it('of an open finding: generate-patch is asked, once', async () => {
    const world = reconcileWorld();
    await world.ingest([makeFinding()]);
    world.scan([makeFinding()]);
    expect((await world.run()).actions).toEqual({ 'replan-requested': 1 });
    expect(await world.replan()).toMatchObject({ state: 'REQUESTED', why: 'open findings have no live patch' });
    expect((await world.generate()).did).toBe('planned');
    expect((await world.run()).actions).toEqual({});
  });

  it('of a finding that is open beside a patch that does not do it: likewise', async () => {
    const world = await planned();
    const other = makeFinding({ vulnerabilityId: 'CVE-2024-0003', package: 'zlib', floor: '1:1.3' });
    await world.ingest([other]);
    world.scan([makeFinding(), other]);
    expect((await world.run()).actions).toEqual({ 'replan-requested': 1 });
  });

  it('of a finding that is open no more: the patch that waits for it is looked at', async () => {
    const world = await planned();
    world.scan([]);
    expect((await world.run()).actions).toEqual({ 'closed-gone': 1, 'replan-requested': 1 });
    await world.generate();
    expect((await world.patches()).map(({ state }) => state)).toEqual(['SUPERSEDED']);
    expect((await world.run()).actions).toEqual({});
  });

  it('of a ready patch: its rebuild is signaled, but not within the time that records are gathered', async () => {
    const world = await planned();
    expect((await world.run()).actions).toEqual({});
    world.wait(2);
    expect((await world.run()).actions).toEqual({ 'rebuild-signaled': 1 });
    expect((await world.patches())[0]?.state).toBe('SIGNALED');
    expect(world.parameters.get('debian-12')?.version).toBe(1);
  });

  it('of a ready patch that has the lease already: it is carried on with', async () => {
    const world = await planned();
    await lease(world);
    world.wait(2);
    expect((await world.run()).actions).toEqual({ 'rebuild-signaled': 1 });
  });

  it('of a request to replan: it is written again after an hour, and not before', async () => {
    const world = reconcileWorld();
    await world.ingest([makeFinding()]);
    world.scan([makeFinding()]);
    await requestReplan(world.table, 'debian-12', 'the candidate was held');
    expect((await world.run()).actions).toEqual({});
    world.wait(30);
    expect([(await world.run()).actions, (await world.replan())?.version]).toEqual([{}, 1]);
    world.wait(30);
    expect([(await world.run()).actions, (await world.replan())?.version]).toEqual([{ 'replan-repeated': 1 }, 2]);
    expect((await world.replan())?.why).toBe('the candidate was held');
    expect((await world.run()).actions).toEqual({});
    world.wait(60);
    expect((await world.run()).actions).toEqual({ 'replan-repeated': 1 });
  });

  it('of a request whose time has come: it is written again at once, and before that never', async () => {
    const world = reconcileWorld();
    await requestReplan(world.table, 'debian-12', 'the model is busy', new Date(NOW.getTime() + 5 * 3_600_000));
    for (let hour = 0; hour < 4; hour++) {
      world.wait(60);
      expect((await world.run()).actions).toEqual({});
    }
    world.wait(60);
    expect((await world.run()).actions).toEqual({ 'replan-repeated': 1 });
    expect((await world.run()).actions).toEqual({});
  });
});

describe('generate-patch is not asked', () => {
  it.each(['held', 'rejected', 'rolled-back', 'stopped', 'proving'] as const)(
    'where it would say no again: %s',
    async (why) => {
      const world = await planned();
      if (why === 'held') await move(world, 'HELD');
      if (why === 'rejected') await move(world, 'REJECTED');
      if (why === 'rolled-back') await move(world, 'ROLLED_BACK');
      if (why === 'stopped') {
        await move(world, 'FAILED');
        await updateHead(world.table, 'debian-12', (head) => ({ ...head, state: 'STOPPED', failures: 3 }));
      }
      if (why === 'proving') {
        await lease(world);
        await move(world, 'CANDIDATE');
        const other = makeFinding({ vulnerabilityId: 'CVE-2024-0003', package: 'zlib', floor: '1:1.3' });
        await world.ingest([other]);
        world.scan([makeFinding(), other]);
      }
      expect((await world.run()).actions['replan-requested']).toBeUndefined();
    },
  );

  it('where attempts are exhausted, once its findings are residual', async () => {
    const world = await planned({ image: makeImage({}, { maximumAttempts: 1 }) });
    await movePatch(world.table, patchKey('debian-12', 1), ['READY'], NOW, { state: 'FAILED', reason: 'script' });
    // Open still: the record of the failure was lost.
    expect((await world.run()).actions).toEqual({ 'replan-requested': 1 });
    await world.generate();
    expect(await world.verdicts()).toEqual(['RESIDUAL attempts-exhausted']);
    expect((await world.run()).actions).toEqual({});
  });
});

describe('a lost parameter event', () => {
  const signaled = async (): Promise<World> => {
    const world = await planned();
    world.wait(2);
    await world.run();
    return world;
  };

  it('the build is started after 15 minutes, and not before', async () => {
    const world = await signaled();
    world.wait(15);
    expect([(await world.run()).actions, world.builds]).toEqual([{}, []]);
    world.wait(1);
    expect((await world.run()).actions).toEqual({ 'build-started': 1 });
    expect([(await world.patches())[0]?.state, world.builds.length]).toEqual(['BUILDING', 1]);
    expect(world.asked).not.toContain('track-build');
    await world.run();
    expect(world.asked).toContain('track-build');
  });

  it('a parameter that names another script is set again', async () => {
    const world = await signaled();
    world.parameters.set('debian-12', { value: 'none', version: 7 });
    world.wait(16);
    expect((await world.run()).actions).toEqual({ 'signal-repeated': 1 });
    expect(world.parameters.get('debian-12')).toEqual({ value: (await world.patches())[0]?.scriptUri, version: 8 });
    expect((await world.run()).actions).toEqual({ 'build-started': 1 });
  });
});

describe('a patch that is SIGNALED without the lease', () => {
  it('is ended, and planned again', async () => {
    const world = await planned();
    await move(world, 'SIGNALED');
    expect((await world.run()).actions).toEqual({ 'replan-requested': 1 });
    expect((await world.patches())[0]).toMatchObject({ state: 'SUPERSEDED', reason: 'lease-lost' });
    expect((await world.generate()).did).toBe('planned');
    expect((await world.patches()).map(({ state }) => state)).toEqual(['SUPERSEDED', 'READY']);
    world.wait(2);
    expect((await world.run()).actions).toEqual({ 'rebuild-signaled': 1 });
  });

  it('is ended also where another patch has the lease, which is carried on with', async () => {
    const world = await planned();
    await move(world, 'SIGNALED');
    const second = makePatch({ sequence: 2, state: 'BUILDING', buildId: 'build-2', scriptUri: 'script:2' });
    await world.table.put(second, 0);
    await lease(world, 2);
    expect((await world.run()).actions['replan-requested']).toBe(1);
    expect((await world.patches()).map(({ state }) => state)).toEqual(['SUPERSEDED', 'BUILDING']);
    world.state.track = { did: 'promoted' };
    expect((await world.run()).actions['build-tracked']).toBe(1);
  });

  it('is left alone where it has the lease, also where that was taken between the reads of HEAD and of the patches', async () => {
    const world = await planned();
    const { query } = world.table;
    let once = false;
    world.table.query = async (pk, prefix) => {
      if (prefix === PATCH_PREFIX && !once) {
        once = true;
        await lease(world);
        await move(world, 'SIGNALED');
      }
      return await query.call(world.table, pk, prefix);
    };
    expect((await world.run()).actions).toEqual({});
    expect([once, (await world.patches())[0]?.state]).toEqual([true, 'SIGNALED']);
  });
});

it.each([
  'BUILDING',
  'CANDIDATE',
  'PROMOTED',
  'HELD',
  'FAILED',
  'REJECTED',
  'EXPIRED',
  'SUPERSEDED',
  'ROLLED_BACK',
] as const)(
  'a lost event of a build or a scan: a patch that is %s and has the lease is tracked, whatever its age',
  async (state) => {
    const world = await planned();
    await lease(world);
    await move(world, state);
    world.state.track = { did: 'promoted' };
    expect((await world.run()).actions['build-tracked']).toBe(1);
    world.state.track = { did: 'nothing', why: 'building' };
    world.wait(100_000);
    expect((await world.run()).actions['build-tracked']).toBeUndefined();
    expect(world.asked.filter((name) => name === 'track-build')).toHaveLength(2);
  },
);

it('the lease of a patch that is gone is given to track-build, and never taken by age', async () => {
  const world = reconcileWorld();
  await lease(world, 7);
  world.wait(100_000);
  const written = world.writes();
  await world.run();
  expect([world.asked.includes('track-build'), world.writes()]).toEqual([true, written]);
});

describe('judging again', () => {
  it('an exception that expired opens its finding', async () => {
    const exceptions = [{ vulnerability: 'CVE-2024-0001', justification: 'not reachable here', expires: '2024-06-01' }];
    const world = reconcileWorld({ exceptions });
    await world.ingest([makeFinding()]);
    world.scan([makeFinding()]);
    await world.run();
    expect(await world.verdicts()).toEqual(['PARKED excepted']);
    world.wait(24 * 60);
    expect((await world.run()).actions).toEqual({ 'replan-requested': 1 });
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('what the registry parked is asked again: parked without a write where it still says so, else open', async () => {
    const world = reconcileWorld();
    await world.ingest([makeFinding()]);
    world.scan([makeFinding()]);
    await parkOpen(world.table, await world.findings(), digestOf('a'), 'architecture-mismatch');
    world.state.unusable = 'architecture-mismatch';
    const written = world.writes();
    await world.run();
    expect([await world.verdicts(), world.writes()]).toEqual([['PARKED architecture-mismatch'], written]);
    world.state.unusable = undefined;
    await world.run();
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('a residual one whose time has come is open', async () => {
    const world = reconcileWorld({ image: makeImage({}, { retryResidualAfterHours: 24 }) });
    await world.ingest([makeFinding()]);
    world.scan([makeFinding()]);
    const [item] = await world.findings();
    const residual = { state: 'RESIDUAL', reason: 'below-floor', residualSince: NOW.toISOString() } as const;
    await world.table.put({ ...item!, ...residual, version: 2 }, 1);
    await world.run();
    expect(await world.verdicts()).toEqual(['RESIDUAL below-floor']);
    world.wait(24 * 60);
    await world.run();
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('approvals and promoted images are looked at by their own use cases in every run', async () => {
    const world = reconcileWorld();
    await world.run();
    expect(world.asked).toEqual(['expire-approvals', 'check-promoted']);
  });
});

it('steps that fail are told of, and the others are taken', async () => {
  const failing = async (): Promise<never> => await Promise.reject(new Error('throttled'));
  const world = reconcileWorld({ useCases: { judgeAgain: failing, trackBuild: failing, checkPromoted: failing } });
  await world.ingest([makeFinding()]);
  world.scan([makeFinding()]);
  await lease(world, 7);
  const { troubles, actions, tally } = await world.run();
  expect(troubles.map(({ step }) => step)).toEqual(['judge-again', 'move-on', 'check-promoted']);
  expect(actions).toEqual({ 'replan-requested': 1 });
  expect(tally?.open).toEqual({ 'HIGH under-30-days': 1 });
  expect(world.asked).toEqual(['expire-approvals']);
});
