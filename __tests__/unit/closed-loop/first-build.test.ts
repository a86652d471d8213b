import type { GoldenImage } from '../../../domain/config/golden-image';
import { makeImage } from '../table/samples';
import { World } from './world';

const NAME = 'debian-12';
const PACKAGES = { glibc: '2-1' };

/** An image whose repository is empty, and whose parent nobody can be asked about; nobody knows its package manager. */
async function emptyWorld(declared: Partial<GoldenImage> = {}): Promise<World> {
  const world = new World({ images: [makeImage({ parent: 'parent', ...declared })] });
  world.cloud.parents.set(NAME, PACKAGES);
  await world.reconcile();
  await world.settle();
  return world;
}

/** Lets hours pass, one run of reconcile-findings in each; builds work, scans are completed where the scanner is set up. */
async function hours(world: World, count: number, isScanned: boolean): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    world.tick(1);
    await world.endBuilds();
    await world.settle();
    if (isScanned) world.scanAll();
    await world.settle();
    await world.reconcile();
    await world.settle();
  }
}

const states = async (world: World): Promise<string[]> =>
  (await world.patches(NAME)).map(({ state, reason }) => [state, reason].filter(Boolean).join(' '));

describe('the first build of an empty repository', () => {
  it('is promoted when its scan is completed', async () => {
    const world = await emptyWorld();
    await hours(world, 3, true);
    expect(await states(world)).toEqual(['PROMOTED']);
    expect(world.cloud.builds).toHaveLength(1);
  });

  it('is the same where the platform is declared', async () => {
    const world = await emptyWorld({ platform: { distribution: 'debian', version: '12' } });
    await hours(world, 3, true);
    expect(await states(world)).toEqual(['PROMOTED']);
  });

  it('is what the next patch starts from', async () => {
    const world = await emptyWorld();
    await hours(world, 3, true);
    world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' });
    await world.settle();
    await hours(world, 3, true);
    expect(await states(world)).toEqual(['PROMOTED', 'PROMOTED']);
    expect((await world.patches(NAME)).at(-1)).toMatchObject({ ecosystem: 'apt' });
  });

  it('that was held is tried again, not more than once a day, until there is a scanner', async () => {
    const world = await emptyWorld();
    await hours(world, 5 * 24, false);
    const held = await states(world);
    // A day until the scan is given up (scanTimeoutHours), and one more until it is tried again.
    expect(held).toEqual(['HELD not-scanned', 'HELD not-scanned', 'CANDIDATE']);
    const tags = [...world.cloud.images.keys()].map((digest) => world.cloud.tagsOf(digest));
    // Held ones keep a tag that is no candidate's.
    expect(tags).toEqual([['1.0.0-1'], ['1.0.0-2'], ['1.0.0-3', 'candidate']]);
    await hours(world, 2, true);
    expect(await states(world)).toEqual([...held.slice(0, -1), 'PROMOTED']);
    expect(world.floating(NAME)).toBe((await world.head(NAME))?.promoted?.digest);
  });

  it('that was held is not tried again over what somebody has pushed', async () => {
    const world = await emptyWorld();
    await hours(world, 26, false);
    expect(await states(world)).toEqual(['HELD not-scanned']);
    const pushed = world.cloud.push('golden/debian-12', ['stable'], PACKAGES);
    await hours(world, 72, true);
    expect(await states(world)).toEqual(['HELD not-scanned']);
    expect(world.floating(NAME)).toBe(pushed);
  });
});

describe('an image whose repository has no floating tag', () => {
  /** One image under a tag of its owner's, scanned, with a vulnerable glibc. */
  async function untaggedWorld(): Promise<{ world: World; digest: string }> {
    const world = new World({ images: [makeImage({ parent: 'parent' })] });
    world.cloud.parents.set(NAME, PACKAGES);
    const digest = world.cloud.push('golden/debian-12', ['1.4'], PACKAGES);
    world.scanAll();
    world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' });
    await world.settle();
    return { world, digest };
  }

  it('has its first digest and its first build all the same', async () => {
    const { world, digest } = await untaggedWorld();
    expect((await world.head(NAME))?.adopted?.digest).toBe(digest);
    await hours(world, 3, true);
    expect(await states(world)).toEqual(['PROMOTED']);
    expect(world.floating(NAME)).toBe((await world.head(NAME))?.promoted?.digest);
  });

  it('follows a new push until the first build was asked for, and after that only the floating tag', async () => {
    const { world, digest } = await untaggedWorld();
    expect((await world.head(NAME))?.sequence).toBe(1);
    const adopted = async (): Promise<string | undefined> => (await world.head(NAME))?.adopted?.digest;
    world.tick(1);
    world.cloud.push('golden/debian-12', ['1.5'], PACKAGES);
    world.scanAll();
    await world.settle();
    expect(await adopted()).toBe(digest);
    world.tick(1);
    const pushed = world.cloud.push('golden/debian-12', ['stable'], PACKAGES);
    world.scanAll();
    await world.settle();
    expect(await adopted()).toBe(pushed);
  });
});

it.each(['versioned', 'untagged'] as const)(
  'a build whose image is scanned before the builder tells of it, %s, and then breaks the contract, is held',
  async (tagged) => {
    const world = new World({ images: [makeImage({ parent: 'parent' })] });
    world.cloud.parents.set(NAME, { ...PACKAGES, zlib: '1-1' });
    const before = world.cloud.push('golden/debian-12', ['stable'], PACKAGES);
    world.scanAll();
    world.scanner.learn({ id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' });
    world.scanner.learn({ id: 'CVE-2024-0002', package: 'zlib', severity: 'LOW' });
    await world.settle();
    world.tick(1);
    await world.pushEarly(tagged);
    await world.settle();
    expect((await world.head(NAME))?.adopted?.digest).toBe(before);
    await world.endBuilds('breaks-contract');
    await world.settle();
    expect(await states(world)).toEqual(['HELD contract-broken']);
    expect(world.floating(NAME)).toBe(before);
  },
);
