import type { Finding } from '../../../domain/finding/finding';
import { days, end, finish, GLIBC, KRB5, NAME, REPOSITORY, vulnerable } from './debian-world';
import type { World } from './world';

const ADDED = { id: 'CVE-2024-0099', package: 'brought-in', severity: 'HIGH' } as const;

describe('what happens in the midst of a promotion', () => {
  /** Before it is decided on HEAD that the floating tag moves; then just before it moves, and just after. */
  type Moment = 'before it is decided that' | 'before' | 'after';

  /** Has something happen once, at a moment of a promotion or of a rollback. */
  function atMove(world: World, when: Moment, act: () => Promise<void>): void {
    const tag = world.cloud.registry.tag.bind(world.cloud.registry);
    const spy = jest.spyOn(world.cloud.registry, 'tag').mockImplementation(async (source, target) => {
      // A promotion gives the version's tag first.
      const isMoment = target.endsWith(':stable') || when === 'before it is decided that';
      if (isMoment) spy.mockRestore();
      if (isMoment && when !== 'after') await act();
      await tag(source, target);
      if (isMoment && when === 'after') await act();
    });
  }

  /** Has something happen once, when the candidate's tag is taken away: the floating tag has moved then. */
  function atUntag(world: World, act: () => Promise<void>): jest.SpyInstance {
    const untag = world.cloud.registry.untag.bind(world.cloud.registry);
    return jest.spyOn(world.cloud.registry, 'untag').mockImplementationOnce(async (reference) => {
      await act();
      await untag(reference);
    });
  }

  /** Promotes the first patch, and builds the second. */
  async function secondCandidate(): Promise<World> {
    const world = await vulnerable();
    await finish(world);
    world.scanner.learn(KRB5);
    await world.settle();
    await world.endBuilds();
    await world.settle();
    return world;
  }

  it.each(['before', 'after'] as const)(
    'a promotion %s the tag of a rollback moves leaves tag and HEAD agreed',
    async (when) => {
      const world = await secondCandidate();
      atMove(world, when, async () => {
        world.scanAll();
        await world.settle();
      });
      await world.rollBack(NAME, 'the first one is bad');
      await world.settle();
      expect((await end(world)).patches[0]).toMatch(/^1 ROLLED_BACK/);
      await days(world, 3);
      expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true });
    },
  );

  it.each([
    ['before it is decided that', '2 HELD worse'],
    ['before', '2 PROMOTED'],
    ['after', '2 PROMOTED'],
  ] as const)(
    'a second delivery that sees something new %s the tag moves: tag and HEAD agree',
    async (when, becomes) => {
      const world = await secondCandidate();
      const [candidate = ''] = world.scanner.waiting();
      const delivered = jest.fn();
      atMove(world, when, async () => {
        world.cloud.addPackage(candidate, ADDED.package, '1-1');
        world.scanner.learn(ADDED);
        // Past the hour in which the other images may not have been looked at.
        world.tick(2);
        await world.trackNow(NAME);
        delivered();
      });
      world.scanAll();
      await world.settle();
      expect(delivered).toHaveBeenCalledTimes(1);
      expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true, patches: ['1 PROMOTED', becomes] });
      await days(world, 2);
      expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true });
    },
  );

  it('a second delivery whose decision to hold is written late leaves tag and HEAD agreed', async () => {
    const world = await secondCandidate();
    const [candidate = ''] = world.scanner.waiting();
    const put = world.table.put.bind(world.table);
    let other = Promise.resolve();
    let writes = (): void => undefined;
    atMove(world, 'before it is decided that', async () => {
      world.cloud.addPackage(candidate, ADDED.package, '1-1');
      world.scanner.learn(ADDED);
      world.tick(2);
      await new Promise<void>((isReached) => {
        const spy = jest.spyOn(world.table, 'put').mockImplementation(async (item, expected) => {
          if (item['type'] === 'PATCH' && item['state'] === 'HELD') {
            spy.mockRestore();
            await new Promise<void>((resolve) => {
              writes = resolve;
              isReached();
            });
          }
          await put(item, expected);
        });
        other = world.trackNow(NAME);
      });
    });
    world.scanAll();
    await world.settle();
    writes();
    await other;
    await world.settle();
    await days(world, 2);
    expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true });
  });

  it('a fact about the digest before starts no other build', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    const untag = atUntag(world, async () => {
      world.tick(0.001);
      world.scanner.learn({ ...GLIBC, severity: 'CRITICAL' });
      await world.ingestNow(world.scanner.events.splice(0));
    });
    await world.settle();
    expect(untag).toHaveBeenCalled();
    expect(await end(world)).toMatchObject({ moves: 1, findings: ['glibc FIXED'] });
    expect(world.cloud.builds).toHaveLength(1);
  });

  it('a fact about the digest before with nothing new but its time and tags starts no other build', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME) ?? '';
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    const untag = atUntag(world, async () => {
      const observedAt = new Date(world.now.getTime() + 1000).toISOString();
      const facts: Finding[] = [];
      for await (const { findings } of world.scanner.findingsOf(REPOSITORY, before)) facts.push(...findings);
      expect(facts).toHaveLength(1);
      await world.ingestNow(facts.map((fact) => ({ ...fact, tags: [], observedAt })));
    });
    await world.settle();
    expect(untag).toHaveBeenCalled();
    expect(await end(world)).toMatchObject({ moves: 1, findings: ['glibc FIXED'] });
    expect(world.cloud.builds).toHaveLength(1);
  });

  it('a topic that refuses messages keeps no lease, and has other systems told once', async () => {
    const world = await vulnerable();
    let promotions = 0;
    // The event is put first, then the message refused.
    world.onNotice = ({ kind }) => {
      if (kind === 'promoted') promotions++;
      throw new Error('AuthorizationError');
    };
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    await world.settle();
    for (let run = 0; run < 30; run++) {
      world.tick(1);
      await world.reconcile();
      await world.settle();
    }
    expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true, moves: 1, notices: [] });
    expect(promotions).toBe(1);
  });
});
