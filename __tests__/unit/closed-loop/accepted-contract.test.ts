import { days, end, finish, NAME, vulnerable } from './debian-world';

describe('a contract that is not the one before', () => {
  it('holds its candidate, less and less often, until a person accepts it: then the fix gets through', async () => {
    const world = await vulnerable();
    await finish(world, 'breaks-contract');
    expect(await end(world)).toMatchObject({ moves: 0, patches: ['1 HELD contract-broken'], notices: ['held'] });

    await world.rebuild(NAME, 'the parent has another user', { acceptsContract: true });
    await world.settle();
    await finish(world, 'breaks-contract');
    expect(await end(world)).toMatchObject({
      agrees: true,
      moves: 1,
      patches: ['1 HELD contract-broken', '2 PROMOTED'],
      findings: ['glibc FIXED'],
    });
    // What was accepted is not taken back for it, and is what the next one is compared with.
    world.scanner.learn({ id: 'CVE-2024-0009', package: 'zlib', severity: 'HIGH', floor: '1-2' });
    await world.reconcile();
    await world.settle();
    await finish(world, 'breaks-contract');
    expect(await end(world)).toMatchObject({
      moves: 2,
      patches: ['1 HELD contract-broken', '2 PROMOTED', '3 PROMOTED'],
      findings: ['glibc FIXED', 'zlib FIXED'],
    });
  });

  it('is not accepted by a rebuild that does not say so', async () => {
    const world = await vulnerable();
    await finish(world, 'breaks-contract');
    await world.rebuild(NAME, 'once more');
    await world.settle();
    await finish(world, 'breaks-contract');
    expect(await end(world)).toMatchObject({ moves: 0, patches: ['1 HELD contract-broken', '2 HELD contract-broken'] });
  });

  it('is tried again by itself: the parent may have got its configuration back', async () => {
    const world = await vulnerable();
    await finish(world, 'breaks-contract');
    await days(world, 2);
    expect(await end(world)).toMatchObject({
      moves: 1,
      patches: ['1 HELD contract-broken', '2 PROMOTED'],
      findings: ['glibc FIXED'],
    });
  });

  it('does not let through what is worse', async () => {
    const world = await vulnerable();
    await finish(world, 'breaks-contract');
    await world.rebuild(NAME, 'the parent has another user', { acceptsContract: true });
    await world.settle();
    await world.endBuilds('breaks-contract');
    await world.settle();
    const [candidate = ''] = world.scanner.waiting();
    world.cloud.addPackage(candidate, 'brought-in', '1-1');
    world.scanner.learn({ id: 'CVE-2024-0099', package: 'brought-in', severity: 'HIGH', floor: '9' });
    world.scanAll();
    await world.settle();
    world.tick(2);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ moves: 0, patches: ['1 HELD contract-broken', '2 HELD worse'] });
  });
});
