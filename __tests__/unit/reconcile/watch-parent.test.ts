import type { RegistryReason } from '../../../domain/policy/registry-reason';
import type { ParentDigest, ParentUnknown } from '../../../domain/reconcile/parent-digest';
import { updateHead } from '../../../domain/table/head-changes';
import { digestOf, makeImage, makePatch, NOW, silent } from '../table/samples';
import { reconcileWorld } from './reconcile-world';

type World = ReturnType<typeof reconcileWorld>;

const LIMITED: ParentUnknown = { trouble: 'rate-limited', detail: 'it has been asked too often' };
const PARENT = 'public.ecr.aws/docker/library/debian:12-slim';

/** An image that was built and promoted before anything was known of its parent. */
async function promoted(options: Parameters<typeof reconcileWorld>[0] = {}): Promise<World> {
  const world = reconcileWorld({ image: makeImage({ parent: PARENT }), ...options });
  const since = NOW.toISOString();
  await updateHead(world.table, 'debian-12', (head) => ({
    ...head,
    judged: digestOf('a'),
    promoted: { digest: digestOf('a'), reference: 'r', patch: 1, since, descendsFrom: [] },
  }));
  await world.table.put(makePatch({ state: 'PROMOTED', stateSince: since, times: { BUILDING: since } }), 0);
  return world;
}

const rebuilds = (world: World): string[] => world.asked.filter((one) => one.startsWith('rebuild'));
const seen = (digest: string, list?: string): ParentDigest => ({
  digest: digestOf(digest),
  ...(list !== undefined && { list: digestOf(list) }),
});

async function hourLater(world: World, parent: ParentDigest | ParentUnknown): Promise<void> {
  world.wait(60);
  world.state.parent = parent;
  const { troubles } = await world.run();
  expect(troubles).toEqual([]);
}

describe('the digest of a parent', () => {
  it('that is known for the first time after the promotion is remembered, and nothing is built', async () => {
    const world = await promoted();
    await world.run();
    await hourLater(world, seen('1', '2'));
    expect((await world.memory())?.parent).toEqual({ digest: digestOf('1'), list: digestOf('2') });
    expect((await world.memory())?.unwatched).toBeUndefined();
    expect(rebuilds(world)).toEqual([]);
  });

  it('that is in another list, and the same, has nothing built; the list is remembered', async () => {
    const world = await promoted();
    await hourLater(world, seen('1', '2'));
    await hourLater(world, seen('1', '3'));
    const written = world.writes();
    await hourLater(world, seen('1', '3'));
    expect([(await world.memory())?.parent, world.writes()]).toEqual([seen('1', '3'), written]);
    expect(rebuilds(world)).toEqual([]);
    await hourLater(world, seen('4', '5'));
    expect(rebuilds(world)).toEqual([`rebuild: the parent is ${digestOf('4')} now`]);
  });

  it('keeps the time of its change when only its list moves on', async () => {
    const world = await promoted();
    await hourLater(world, seen('1'));
    await hourLater(world, seen('2', '3'));
    const since = world.state.now.toISOString();
    await hourLater(world, seen('2', '4'));
    expect((await world.memory())?.parent).toEqual({ ...seen('2', '4'), since });
  });

  it('is asked for with what was seen before', async () => {
    const known: (ParentDigest | undefined)[] = [];
    const registry = {
      parentDigest: async (_image: unknown, before?: ParentDigest) => {
        known.push(before);
        return await Promise.resolve(seen('1', '2'));
      },
      floatingDigest: async () => await Promise.resolve<string | undefined>(undefined),
      unusable: async () => await Promise.resolve<RegistryReason | undefined>(undefined),
      hasImages: async () => await Promise.resolve(true),
    };
    const world = await promoted({ image: makeImage({ parent: PARENT }), ports: { registry } });
    await world.run();
    await world.run();
    expect(known).toEqual([undefined, seen('1', '2')]);
  });

  it('that is not known this time has nothing built, and is found changed when it is known again', async () => {
    const world = await promoted();
    await hourLater(world, seen('1'));
    await hourLater(world, LIMITED);
    await hourLater(world, LIMITED);
    expect([(await world.memory())?.parent, rebuilds(world)]).toEqual([seen('1'), []]);
    await hourLater(world, seen('1'));
    expect(rebuilds(world)).toEqual([]);
    await hourLater(world, LIMITED);
    await hourLater(world, seen('2'));
    expect(rebuilds(world)).toHaveLength(1);
  });
});

describe('a parent that cannot be watched', () => {
  it('is told of in one line and counted each time, and remembered once, since when', async () => {
    const lines: unknown[] = [];
    const counts: unknown[] = [];
    const world = await promoted({
      image: makeImage({ parent: PARENT }),
      ports: {
        logger: {
          ...silent,
          info: (...line) => {
            lines.push(line);
          },
        },
        metrics: {
          count: (...args) => {
            counts.push(args);
          },
          measure: () => undefined,
        },
      },
    });
    await hourLater(world, seen('1'));
    await hourLater(world, LIMITED);
    const since = world.state.now.toISOString();
    const written = world.writes();
    await hourLater(world, LIMITED);
    const facts = { image: 'debian-12', parent: PARENT, trouble: 'rate-limited', why: LIMITED.detail };
    expect(lines).toEqual([
      ['the digest of the parent is not known this time', facts],
      ['the digest of the parent is not known this time', facts],
    ]);
    expect(counts).toEqual([
      ['ParentsUnknown', 1, 'rate-limited'],
      ['ParentsUnknown', 1, 'rate-limited'],
    ]);
    expect([world.writes(), (await world.memory())?.unwatched]).toEqual([
      written,
      { reference: PARENT, since, ...LIMITED },
    ]);
    await hourLater(world, { trouble: 'no-access', detail: 'it is private' });
    expect((await world.memory())?.unwatched).toEqual({
      ...{ reference: PARENT, since },
      ...{ trouble: 'no-access', detail: 'it is private' },
    });
  });
});
