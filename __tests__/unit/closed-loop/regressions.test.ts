import { BadInputError } from '../../../domain/errors';
import { days, end, finish, GLIBC, KRB5, NAME, vulnerable } from './debian-world';
import type { World } from './world';

const ZLIB = { id: 'CVE-2024-0500', package: 'zlib', severity: 'HIGH' } as const;

/** Ends the build in flight and its scan, without a moment between. */
async function promote(world: World): Promise<void> {
  await world.endBuilds();
  await world.settle();
  world.scanAll();
  await world.settle();
}

describe('what the scanner says, and when', () => {
  it('an image that is not scanned any more can be built again by hand', async () => {
    const world = await vulnerable();
    await finish(world);
    world.tick(24 * 15);
    world.scanner.expire(world.floating(NAME) ?? '');
    await world.settle();
    // Published since, nobody has a fix, and the image in use has it just the same.
    world.scanner.learn(ZLIB);
    await world.settle();
    await world.reconcile();
    await world.rebuild(NAME, 'the notice says so');
    await world.settle();
    await finish(world);
    expect(await end(world)).toMatchObject({ agrees: true, moves: 2, patches: ['1 PROMOTED', '2 PROMOTED'] });
  });

  it('a promotion stays where a vulnerability is published that the image before has too, but is not scanned for', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME) ?? '';
    await promote(world);
    expect(await end(world)).toMatchObject({ moves: 1, patches: ['1 PROMOTED'] });
    world.scanner.expire(before);
    world.tick(2);
    world.scanner.learn(ZLIB);
    await world.settle();
    await world.reconcile();
    await world.settle();
    await days(world, 10);
    expect(await end(world)).toMatchObject({ agrees: true, moves: 1, patches: ['1 PROMOTED'] });
    expect(world.scanner.truth(world.floating(NAME) ?? '')).toEqual([ZLIB.id]);
  });

  it('a promotion stays where the scanner takes up the promoted image before the one before it', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME) ?? '';
    await promote(world);
    world.tick(2);
    world.scanner.learn(ZLIB);
    world.lose('findings');
    world.scanner.isListed = ({ digest, vulnerabilityId }) => !(digest === before && vulnerabilityId === ZLIB.id);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ agrees: true, moves: 1, patches: ['1 PROMOTED'] });
  });

  it('what the scanner lists on the promoted digest is not FIXED for good where its list lagged behind the scan', async () => {
    const world = await vulnerable();
    await world.endBuilds('works', [GLIBC.package]);
    await world.settle();
    const [candidate = ''] = world.scanner.waiting();
    world.scanAll();
    // The coverage tells the end of the scan, a moment after its findings were made; events and list come later still.
    const late = world.scanner.events.splice(0);
    world.tick(1.5 / 3600);
    world.scanner.scan(candidate);
    world.scanner.isListed = ({ digest }) => digest !== candidate;
    await world.settle();
    world.scanner.isListed = () => true;
    world.scanner.events.push(...late);
    await world.settle();
    for (let run = 0; run < 3; run++) {
      world.tick(1);
      await world.reconcile();
      await world.settle();
    }
    expect(world.scanner.truth(candidate)).toEqual([GLIBC.id]);
    expect((await end(world)).findings).not.toEqual(['glibc FIXED']);
  });

  it('a candidate with thousands of new findings is held', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    const [candidate = ''] = world.scanner.waiting();
    world.cloud.addPackage(candidate, 'linux-libc-dev', '1-1');
    for (let number = 10_000; number < 16_000; number++) {
      const id = `CVE-2025-${String(number)}`;
      world.scanner.vulnerabilities.set(id, { id, package: 'linux-libc-dev', severity: 'HIGH' });
    }
    world.scanAll();
    world.scanner.events.length = 0;
    await world.settle();
    // The scanner may not have looked at the current image yet: that is waited for.
    expect(await end(world)).toMatchObject({ patches: ['1 CANDIDATE'] });
    world.tick(2);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 0, patches: ['1 HELD worse'], notices: ['held'] });
  });

  it('a scanner that fails once, and tries again by itself, does not block the plan', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    const scanOf = jest.spyOn(world.scanner, 'scanOf');
    scanOf.mockResolvedValue({ state: 'not-scanned', detail: 'INTERNAL_ERROR' });
    await world.settle();
    expect(scanOf).toHaveBeenCalled();
    scanOf.mockRestore();
    world.scanAll();
    await world.settle();
    await days(world, 10);
    expect(await end(world)).toMatchObject({ agrees: true, moves: 1, findings: ['glibc FIXED'] });
  });
});

describe('what is tried again', () => {
  it('a fix that the mirror did not have, where the patch was held because nothing was better', async () => {
    const world = await vulnerable();
    await finish(world);
    world.scanner.learn(KRB5);
    await world.settle();
    await finish(world, 'works', [KRB5.package]);
    expect(await end(world)).toMatchObject({
      patches: ['1 PROMOTED', '2 HELD nothing-improved'],
      findings: ['glibc FIXED', expect.stringMatching(/^krb5 RESIDUAL/)],
    });
    await days(world, 10);
    expect(await end(world)).toMatchObject({ agrees: true, moves: 2, findings: ['glibc FIXED', 'krb5 FIXED'] });
  });

  it('what a promoted patch has left, less and less often, down to once a week, and people are told once', async () => {
    const world = await vulnerable({}, [GLIBC, KRB5]);
    const starts: number[] = [];
    for (let day = 0; day < 40; day++) {
      await finish(world, 'works', [KRB5.package]);
      world.tick(22);
      await world.reconcile();
      await world.settle();
      if (world.cloud.running().length > 0) starts.push(day);
    }
    const waits = starts.map((day, index) => day - (starts[index - 1] ?? day));
    expect(waits.slice(1, 3)).toEqual([2, 3]);
    expect(waits.slice(4).every((wait) => wait >= 7 && wait <= 8)).toBe(true);
    const held = starts.map((_day, index) => `${index + 2} HELD nothing-improved`);
    expect((await end(world)).patches).toEqual(['1 PROMOTED', ...held]);
    expect((await end(world)).notices.filter((kind) => kind === 'held')).toHaveLength(1);
    await days(world, 8);
    expect(await end(world)).toMatchObject({ agrees: true, moves: 2, findings: ['glibc FIXED', 'krb5 FIXED'] });
  });

  it('the promoted image, where it was deleted from the registry', async () => {
    const world = await vulnerable();
    await finish(world);
    const digest = world.floating(NAME) ?? '';
    world.cloud.remove(digest);
    world.scanner.deleted(digest);
    await world.settle();
    expect(world.floating(NAME)).toBeUndefined();
    await days(world, 3);
    expect(world.floating(NAME)).toBeDefined();
    expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true, patches: ['1 PROMOTED', '2 PROMOTED'] });
  });
});

describe('what is compared with the current image', () => {
  it('is held again and again where it breaks the contract, also where nobody can be asked about the parent', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    // As with a parent in a public registry.
    jest.spyOn(world.cloud.registry, 'parentOf').mockRejectedValue(new BadInputError('not in this registry'));
    await finish(world, 'breaks-contract');
    expect(await end(world)).toMatchObject({ moves: 0, patches: ['1 HELD contract-broken'] });
    world.scanner.learn(KRB5);
    await world.settle();
    // Takes the tag of the candidate from the first one, of which something becomes known.
    await world.endBuilds('breaks-contract');
    await world.settle();
    world.scanner.learn({ ...ZLIB, severity: 'LOW' });
    await world.settle();
    world.scanAll();
    await world.settle();
    expect((await end(world)).patches).toEqual(['1 HELD contract-broken', '2 HELD contract-broken']);
    expect(world.floating(NAME)).toBe(before);
  });

  it('is held also where the floating tag is on a list without an image of the architecture', async () => {
    const world = await vulnerable();
    const describe = world.cloud.registry.describe.bind(world.cloud.registry);
    jest.spyOn(world.cloud.registry, 'describe').mockImplementation(async (reference) => {
      if (reference.endsWith(':stable')) throw new BadInputError('the list has no image for amd64');
      return await describe(reference);
    });
    await world.endBuilds('breaks-contract');
    await world.settle();
    world.scanAll();
    await world.settle();
    for (let run = 0; run < 5; run++) {
      world.tick(1);
      await world.reconcile();
    }
    expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 0, patches: ['1 HELD contract-broken'] });
  });
});
