import type { FindingSource } from '../../../domain/ports';
import { isHeadItem } from '../../../domain/table/head-item';
import { updateHead } from '../../../domain/table/head-changes';
import { semanticHash } from '../../../domain/table/fold-observation';
import { digestOf, makeFinding, makeImage, makeObservation, without } from '../table/samples';
import { FINDINGS, reconcileWorld, REPOSITORY } from './reconcile-world';

const [FIRST, SECOND] = FINDINGS as [ReturnType<typeof makeFinding>, ReturnType<typeof makeFinding>];

describe('what the table does not know', () => {
  it('is ingested, as by its event, and a second run writes nothing', async () => {
    const world = reconcileWorld();
    world.scan(FINDINGS);
    expect((await world.run()).actions['finding-ingested']).toBe(2);
    expect(await world.verdicts()).toEqual(['OPEN', 'PARKED below-threshold']);
    const written = world.writes();
    world.wait(10);
    const { actions, troubles } = await world.run();
    expect([actions, troubles, world.writes() - written]).toEqual([{}, [], 1]); // REPLAN is remembered once
    world.wait(10);
    await world.run();
    expect(world.writes() - written).toBe(1);
  });

  it('a changed finding is ingested, and only that one', async () => {
    const world = reconcileWorld();
    await world.ingest(FINDINGS);
    const later = { ...SECOND, severity: 'CRITICAL' as const, observedAt: '2024-05-30T00:00:00.000Z' };
    world.scan([FIRST, later]);
    const before = world.writes();
    expect((await world.run()).actions['finding-ingested']).toBe(1);
    expect(await world.verdicts()).toEqual(['OPEN', 'OPEN']);
    expect(world.writes() - before).toBe(2); // the finding, and REPLAN
  });

  it('findings of another repository in the list are left out', async () => {
    const world = reconcileWorld();
    world.source.setFindings(REPOSITORY, digestOf('a'), [makeFinding({ repository: 'apps/web' })]);
    expect((await world.run()).actions).toEqual({});
    expect(await world.findings()).toEqual([]);
  });
});

describe('what the scanner lists no more', () => {
  it('is closed as gone, which is not fixed; again writes nothing', async () => {
    const world = reconcileWorld();
    await world.ingest(FINDINGS);
    world.scan([SECOND]);
    expect((await world.run()).actions).toEqual({ 'closed-gone': 1 });
    expect(await world.verdicts()).toEqual(['CLOSED gone', 'PARKED below-threshold']);
    const [closed] = await world.findings();
    expect(closed?.observations[digestOf('a')]).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'gone',
      observedAt: '2024-05-22T15:40:54.492Z',
    });
    const written = world.writes();
    world.wait(60);
    await world.run();
    expect(world.writes()).toBe(written);
  });

  it.each([
    ['image-deleted', { state: 'unknown' }, true],
    ['image-deleted', { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' }, true],
    ['scan-eligibility-expired', { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' }, false],
  ] as const)('is closed as %s where the scanner says %j, deleted %s', async (reason, status, isDeleted) => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    world.source.setStatus(REPOSITORY, digestOf('a'), status);
    if (isDeleted) world.deleted.add(digestOf('a'));
    expect((await world.run()).actions).toMatchObject({ [`closed-${reason}`]: 1 });
    expect(await world.verdicts()).toEqual([`CLOSED ${reason}`]);
  });

  it.each([
    { state: 'pending', detail: 'PENDING_INITIAL_SCAN' },
    { state: 'unknown' },
    { state: 'not-scanned', detail: 'UNSUPPORTED_OS' },
  ] as const)('stays where the scanner says %j: that proves nothing', async (status) => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    world.source.setStatus(REPOSITORY, digestOf('a'), status);
    const { actions, troubles } = await world.run();
    expect([Object.keys(actions).filter((action) => action.startsWith('closed')), troubles]).toEqual([[], []]);
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('gets its reason also where the scanner has closed it', async () => {
    const world = reconcileWorld();
    const closed = { ...FIRST, status: 'CLOSED' as const, observedAt: '2024-05-30T00:00:00.000Z' };
    await world.ingest([FIRST, closed]);
    expect(await world.verdicts()).toEqual(['CLOSED']);
    world.source.setFindings(REPOSITORY, digestOf('a'), [closed]);
    world.source.setStatus(REPOSITORY, digestOf('a'), { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' });
    await world.run();
    expect(await world.verdicts()).toEqual(['CLOSED scan-eligibility-expired']);
    const written = world.writes();
    await world.run();
    expect(world.writes()).toBe(written);
  });

  it('on the previous and the candidate digest it is closed too, on an older one it is not', async () => {
    const world = reconcileWorld();
    for (const name of ['b', 'c', 'd'])
      await world.ingest([
        makeFinding({ digest: digestOf(name), tags: [], arn: name, pushedAt: '2024-04-01T00:00:00.000Z' }),
      ]);
    await world.ingest([FIRST]);
    const promoted = { reference: 'r', since: '2024-05-01T00:00:00.000Z', descendsFrom: [] };
    await updateHead(world.table, 'debian-12', ({ adopted: _adopted, ...head }) => ({
      ...head,
      judged: digestOf('a'),
      promoted: { ...promoted, digest: digestOf('a') },
      previous: { ...promoted, digest: digestOf('b') },
    }));
    for (const name of ['b', 'c', 'd']) world.scan([], digestOf(name));
    world.scan([FIRST]);
    expect((await world.run()).actions).toMatchObject({ 'closed-gone': 1 });
    const [finding] = await world.findings();
    expect([finding?.state, finding?.observations[digestOf('b')]?.closedBecause]).toEqual(['OPEN', 'gone']);
    expect(finding?.observations[digestOf('c')]?.status).toBe('ACTIVE');
  });

  it('what was fixed by proof stays FIXED', async () => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    const [item] = await world.findings();
    const facts = { ...without(makeObservation(), 'semanticHash'), status: 'CLOSED', proof: 'scan' } as const;
    const proven = { ...facts, semanticHash: semanticHash(facts) };
    await world.table.put(
      {
        ...item!,
        state: 'FIXED',
        observations: { [digestOf('a')]: proven },
        semanticHash: proven.semanticHash,
        version: 2,
      },
      1,
    );
    world.scan([]);
    const written = world.writes();
    expect((await world.run()).actions).toEqual({});
    expect([await world.verdicts(), world.writes()]).toEqual([['FIXED'], written]);
  });

  it('what was observed after the listing began is left alone', async () => {
    const world = reconcileWorld();
    await world.ingest([makeFinding({ observedAt: '2024-06-01T00:00:00.001Z' })]);
    world.scan([]);
    await world.run();
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('what an application built on the digest still has stays OPEN, although the image itself is not scanned any more', async () => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    const [item] = await world.findings();
    const observation = makeObservation({ observedAt: '2024-05-23T00:00:00.000Z' });
    await world.table.put(
      { ...item!, seenIn: { 'apps/web': { digest: digestOf('e'), base: digestOf('a'), observation } }, version: 2 },
      1,
    );
    world.source.setStatus(REPOSITORY, digestOf('a'), { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' });
    await world.run();
    expect(await world.verdicts()).toEqual(['OPEN']);
    expect((await world.findings())[0]?.observations[digestOf('a')]?.status).toBe('CLOSED');
  });
});

describe('a closed finding', () => {
  it('is open again by a later word of the scanner, however late that is heard', async () => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    world.scan([]);
    world.wait(600);
    await world.run();
    expect(await world.verdicts()).toEqual(['CLOSED gone']);
    // Younger than what was closed, and older than the closing run.
    await world.ingest([{ ...FIRST, observedAt: '2024-05-23T00:00:00.000Z' }]);
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('is open again where it is listed as before: then it was only missing from a list', async () => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    for (let round = 0; round < 3; round++) {
      world.scan([]);
      await world.run();
      expect(await world.verdicts()).toEqual(['CLOSED gone']);
      world.scan([FIRST]);
      await world.run();
      expect(await world.verdicts()).toEqual(['OPEN']);
    }
    const written = world.writes();
    await world.run();
    await world.run();
    expect(world.writes() - written).toBeLessThanOrEqual(1);
  });
});

describe('a listing that is broken off', () => {
  const broken = (world: ReturnType<typeof reconcileWorld>, pages: number): FindingSource => ({
    scanOf: async (repository, digest) => await world.source.scanOf(repository, digest),
    coverageOf: async (repository) => await world.source.coverageOf(repository),
    async *findingsOf(repository) {
      let read = 0;
      for await (const page of world.source.findingsOf(repository)) {
        if (read++ >= pages) throw new Error('Inspector is gone');
        yield page;
      }
    },
  });
  const three = ['1', '2', '3'].map((n) => makeFinding({ vulnerabilityId: `CVE-2024-000${n}`, arn: n }));

  it('closes nothing, keeps what it has ingested, and is finished by the next run', async () => {
    const known = reconcileWorld();
    await known.ingest([makeFinding({ vulnerabilityId: 'CVE-2023-9999' })]);
    known.scan(three);
    const world = reconcileWorld({ ports: { table: known.table, source: broken(known, 1) } });
    world.state.now = known.state.now;
    const { actions, troubles } = await world.run();
    expect(troubles.map(({ step, error }) => [step, (error as Error).message])).toEqual([
      ['list-findings', 'Inspector is gone'],
    ]);
    expect([actions['closed-gone'], actions['finding-ingested']]).toEqual([undefined, 2]);
    expect((await known.verdicts()).every((verdict) => verdict === 'OPEN')).toBe(true);
    expect((await known.run()).actions).toMatchObject({ 'closed-gone': 1 });
    expect(await known.verdicts()).toEqual(['CLOSED gone', 'OPEN', 'OPEN', 'OPEN']);
  });

  it('for want of time closes nothing', async () => {
    const world = reconcileWorld({ ports: { isLate: () => true } });
    await world.ingest([FIRST]);
    world.scan([SECOND]);
    const { actions, troubles } = await world.run();
    expect([actions['finding-ingested'], actions['closed-gone'], troubles]).toEqual([1, undefined, []]);
  });

  it('with a malformed record closes nothing', async () => {
    const world = reconcileWorld();
    await world.ingest([FIRST]);
    world.scan([]);
    world.source.setFindings(REPOSITORY, digestOf('a'), [], [{ path: 'severity', message: 'is missing' }]);
    const { actions } = await world.run();
    expect([actions['finding-malformed'], actions['closed-gone']]).toEqual([1, undefined]);
    expect(await world.verdicts()).toEqual(['OPEN']);
  });

  it('without coverage closes nothing, and goes on with the other steps', async () => {
    const inner = reconcileWorld();
    await inner.ingest([FIRST]);
    const source = { ...broken(inner, 9), coverageOf: async () => await Promise.reject(new Error('no coverage')) };
    const world = reconcileWorld({ ports: { table: inner.table, source } });
    const { troubles, tally } = await world.run();
    expect(troubles.map(({ step }) => step)).toEqual(['read-coverage']);
    expect(await inner.verdicts()).toEqual(['OPEN']);
    expect(tally?.open).toEqual({ 'HIGH under-30-days': 1 });
    expect((await inner.replan())?.state).toBe('REQUESTED');
  });
});

it('the hash of an observation without a reason is what it was before there were reasons', () => {
  const facts = without(makeObservation(), 'semanticHash');
  expect(semanticHash(facts)).toBe('277a3b6fb05e4b7c');
  expect(semanticHash({ ...facts, closedBecause: 'gone' })).not.toBe(
    semanticHash({ ...facts, closedBecause: 'image-deleted' }),
  );
  expect(semanticHash({ ...facts, endOfLife: true })).toBe('9ca20031a6c9e8b6');
});

it('an image whose HEAD is gone is left as it is', async () => {
  const world = reconcileWorld({ image: makeImage() });
  await world.run();
  expect((await world.table.query('IMAGE#debian-12')).filter(isHeadItem)).toEqual([]);
});
