import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { makeModelAuthor } from '../../../domain/author/model-author';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import { answerOf, fakeModel } from '../author/samples';
import { makeImage, silent } from '../table/samples';
import { end, finish, GLIBC, KRB5, NAME, OLD, REPOSITORY, vulnerable } from './debian-world';
import { World } from './world';

const FIXED = {
  head: 'IDLE',
  lease: undefined,
  agrees: true,
  moves: 1,
  patches: ['1 PROMOTED'],
  findings: ['glibc FIXED'],
  notices: ['promoted'],
};

/** Has another vulnerability be published. @returns packages of the patch that it asks for */
async function nextTargets(world: World): Promise<string[]> {
  world.tick(1);
  world.scanner.learn(KRB5);
  await world.settle();
  const targets = (await world.patches(NAME)).at(-1)?.targets ?? [];
  return targets.map((target) => target.package).sort();
}

describe('the closed loop', () => {
  it('promotes a fix that works, and tells how long it took', async () => {
    const world = await vulnerable();
    const begun = world.now.getTime();
    await finish(world);
    expect(await end(world)).toEqual(FIXED);
    const [promotion] = world.notices;
    const took = world.metrics.measures.filter(({ name }) => name === 'TimeToPatch');
    const at = promotion?.kind === 'promoted' ? Date.parse(promotion.at) : NaN;
    expect(took).toEqual([
      { name: 'TimeToPatch', value: (at - begun) / 1000, unit: 'seconds', by: { severity: 'HIGH' } },
    ]);
  });

  it('promotes a fix that works in part, and says what is left', async () => {
    const world = await vulnerable({}, [GLIBC, KRB5]);
    await finish(world, 'works', ['krb5']);
    expect(await end(world)).toEqual({ ...FIXED, findings: ['glibc FIXED', expect.stringMatching(/^krb5 RESIDUAL /)] });
    expect(world.notices[0]).toMatchObject({ fixed: [{ package: 'glibc' }], residual: [{ package: 'krb5' }] });
  });

  it('holds a candidate on which the scan shows something new and HIGH', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    // Only what the patch brought in has it: the fixed version itself.
    const [candidate] = world.scanner.waiting();
    world.cloud.addPackage(candidate ?? '', 'brought-in', '1-1');
    world.scanner.learn({ id: 'CVE-2024-0099', package: 'brought-in', severity: 'HIGH', floor: '9' });
    world.scanAll();
    await world.settle();
    // The scanner may not have looked at the current image yet: that is waited for.
    expect(await end(world)).toMatchObject({ patches: ['1 CANDIDATE'], notices: [] });
    world.tick(2);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({
      head: 'IDLE',
      moves: 0,
      patches: ['1 HELD worse'],
      findings: expect.arrayContaining(['glibc OPEN']) as unknown,
      notices: ['held'],
    });
    await world.reconcile();
    await world.settle();
    expect(world.cloud.builds).toHaveLength(1);
  });

  it('does not take a vulnerability for new that was published between two scans', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    world.lose('findings');
    world.scanner.learn({ id: 'CVE-2024-0098', package: 'zlib', severity: 'CRITICAL' });
    await world.settle();
    world.scanAll();
    await world.settle();
    expect(await end(world)).toMatchObject({ moves: 1, patches: ['1 PROMOTED'] });
  });

  it('holds a candidate that is never scanned', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    await world.reconcile();
    expect(await end(world)).toMatchObject({ head: 'BUSY', patches: ['1 CANDIDATE'] });
    world.tick(25);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({
      head: 'IDLE',
      moves: 0,
      patches: ['1 HELD not-scanned'],
      findings: ['glibc OPEN'],
      notices: ['held'],
    });
  });

  it('tries again where a build fails, and promotes when it works', async () => {
    const world = await vulnerable();
    for (let failure = 0; failure < 2; failure++) {
      await world.endBuilds('fails');
      await world.settle();
    }
    await finish(world);
    expect(await end(world)).toEqual({ ...FIXED, patches: ['1 FAILED script', '2 FAILED script', '3 PROMOTED'] });
    expect((await world.head(NAME))?.failures).toBe(0);
  });

  it('stops an image that always fails, and does nothing more until a person says so', async () => {
    const world = await vulnerable();
    for (let failure = 0; failure < 5; failure++) {
      await world.endBuilds('fails');
      await world.settle();
      world.tick(1);
    }
    world.scanner.learn(KRB5);
    await world.settle();
    await world.reconcile();
    await world.settle();
    expect(world.cloud.builds).toHaveLength(3);
    const stopped = await end(world);
    expect(stopped).toMatchObject({ head: 'STOPPED', moves: 0 });
    expect(stopped.notices.filter((kind) => kind === 'stopped')).toHaveLength(1);
    await world.retry(NAME);
    await world.settle();
    await finish(world);
    expect(await end(world)).toMatchObject({ head: 'IDLE', moves: 1, findings: ['glibc FIXED', 'krb5 FIXED'] });
  });

  it.each(['scans', 'builds', 'parameters', 'findings'] as const)(
    'goes on where the event of %s is lost',
    async (kind) => {
      const world = await vulnerable({}, []);
      /** Reconciles after the loss of an event, which nothing else would make up for. */
      const makeUp = async (lost: typeof kind, stuck: object): Promise<void> => {
        if (kind !== lost) return;
        expect(await end(world)).toMatchObject(stuck);
        world.lose(undefined);
        world.tick(1);
        await world.reconcile();
        await world.settle();
      };
      world.lose(kind);
      world.scanner.learn(GLIBC);
      await world.settle();
      await makeUp('findings', { findings: [] });
      await makeUp('parameters', { patches: ['1 SIGNALED'] });
      await world.endBuilds();
      await world.settle();
      await makeUp('builds', { patches: ['1 BUILDING'] });
      world.scanAll();
      await world.settle();
      await makeUp('scans', { patches: ['1 CANDIDATE'] });
      expect(await end(world)).toEqual(FIXED);
    },
  );

  it.each(['scans', 'builds', 'findings', 'parameters'] as const)(
    'ends the same where events of %s come twice',
    async (kind) => {
      const world = await vulnerable({}, []);
      world.scanner.learn(GLIBC);
      for (let round = 0; round < 20; round++) {
        world.repeat(kind);
        await world.step();
      }
      await world.endBuilds();
      world.repeat(kind);
      await world.settle();
      world.scanAll();
      world.repeat(kind);
      await world.settle();
      expect({ ...(await end(world)), builds: world.cloud.builds.length }).toEqual({ ...FIXED, builds: 1 });
    },
  );

  it('ends with the newer patch where a candidate is overtaken', async () => {
    const world = await vulnerable();
    await world.endBuilds();
    await world.settle();
    world.scanner.learn(KRB5);
    await world.settle();
    world.scanAll();
    await world.settle();
    expect(await end(world)).toMatchObject({ moves: 1 });
    await finish(world);
    expect(await end(world)).toMatchObject({
      head: 'IDLE',
      agrees: true,
      moves: 2,
      patches: ['1 PROMOTED', '2 PROMOTED'],
      findings: ['glibc FIXED', 'krb5 FIXED'],
    });
  });

  it('closes the findings of an image that was deleted, and never calls them fixed', async () => {
    const world = await vulnerable({ mode: 'observe' });
    const digest = world.floating(NAME) ?? '';
    world.cloud.remove(digest);
    world.scanner.deleted(digest);
    world.lose('findings');
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ findings: ['glibc CLOSED image-deleted'], moves: 0 });
    expect(world.metrics.measures.filter(({ name }) => name === 'TimeToPatch')).toEqual([]);
  });

  it('does not take an expired scan for a fix, and tells people once a day', async () => {
    const world = await vulnerable({ mode: 'observe' });
    world.scanner.expire(world.floating(NAME) ?? '');
    for (let run = 0; run < 3; run++) {
      await world.reconcile();
      await world.settle();
    }
    expect(await end(world)).toMatchObject({ findings: ['glibc CLOSED scan-eligibility-expired'], moves: 0 });
    expect(world.notices.filter(({ kind }) => kind === 'scan-eligibility')).toHaveLength(1);
    expect(world.metrics.measures.filter(({ name }) => name === 'TimeToPatch')).toEqual([]);
  });

  it('patches again where a finding is re-opened', async () => {
    const world = await vulnerable();
    await finish(world);
    // The first fix was incomplete: the advisory names a higher version now.
    world.tick(24);
    world.scanner.learn({ ...GLIBC, floor: '2-3' });
    await world.settle();
    expect(await end(world)).toMatchObject({ findings: ['glibc OPEN'] });
    await finish(world);
    expect(await end(world)).toMatchObject({
      moves: 2,
      findings: ['glibc FIXED'],
      patches: ['1 PROMOTED', '2 PROMOTED'],
    });
  });

  it('patches when an exception has expired', async () => {
    const world = await vulnerable({}, []);
    const exception = { vulnerability: GLIBC.id, justification: 'not reachable in our use', expires: '2024-06-03' };
    world.estate = { ...world.estate, exceptions: [exception] };
    world.scanner.learn(GLIBC);
    await world.settle();
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ patches: [], findings: ['glibc PARKED excepted'] });
    world.tick(72);
    await world.reconcile();
    await world.settle();
    await finish(world);
    expect(await end(world)).toEqual(FIXED);
  });

  it('is rolled back by hand in one step, and does not promote that plan again', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    await finish(world);
    expect(await world.rollBack(NAME, 'it breaks our build')).toMatchObject({ did: 'rolled-back', digest: before });
    await world.settle();
    await finish(world);
    await world.reconcile();
    await world.settle();
    expect(world.floating(NAME)).toBe(before);
    expect(await end(world)).toMatchObject({
      head: 'IDLE',
      agrees: true,
      patches: [expect.stringMatching(/^1 ROLLED_BACK/)],
      findings: ['glibc OPEN'],
      notices: ['promoted', 'rolled-back'],
    });
  });

  it('is rolled back by itself where a later scan of the promoted image shows something new and HIGH', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    await finish(world);
    world.tick(2);
    world.scanner.learn({ id: 'CVE-2024-0066', package: 'added', severity: 'HIGH' });
    world.cloud.addPackage(world.floating(NAME) ?? '', 'added', '1-1');
    const promoted = world.floating(NAME) ?? '';
    world.scanner.scan(promoted);
    await world.reconcile();
    await world.settle();
    // Just seen: the image before may not have been looked at yet.
    expect(world.floating(NAME)).toBe(promoted);
    world.tick(1);
    await world.reconcile();
    await world.settle();
    expect(world.floating(NAME)).toBe(before);
    expect(await end(world)).toMatchObject({ agrees: true, notices: ['promoted', 'rolled-back'] });
  });

  it('is not rolled back for what both images have', async () => {
    const world = await vulnerable();
    await finish(world);
    const promoted = world.floating(NAME);
    world.scanner.learn({ id: 'CVE-2024-0067', package: 'zlib', severity: 'HIGH' });
    await world.settle();
    await world.reconcile();
    await world.settle();
    expect(world.floating(NAME)).toBe(promoted);
  });

  it('waits for approval, and goes on when it is given', async () => {
    const world = await vulnerable({ mode: 'approve' });
    expect(await end(world)).toMatchObject({ patches: ['1 AWAITING_APPROVAL'], notices: ['approval-requested'] });
    await world.decide(NAME, 1, 'approved');
    await world.settle();
    await finish(world);
    expect(await end(world)).toMatchObject({ ...FIXED, notices: ['approval-requested', 'promoted'] });
    expect((await world.patches(NAME))[0]?.approval).toMatchObject({ decision: 'approved', by: 'somebody' });
  });

  it('does nothing where approval is refused, and does not ask again for the same plan', async () => {
    const world = await vulnerable({ mode: 'approve' });
    await world.decide(NAME, 1, 'rejected');
    await world.settle();
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({
      patches: [expect.stringMatching(/^1 REJECTED/)],
      findings: ['glibc OPEN'],
    });
    expect(world.cloud.builds).toEqual([]);
  });

  it('asks again where approval was not given in time', async () => {
    const world = await vulnerable({ mode: 'approve', approvalExpiresAfterHours: 24 });
    world.tick(25);
    await world.reconcile();
    await world.settle();
    expect(await end(world)).toMatchObject({ patches: [expect.stringMatching(/^1 EXPIRED/), '2 AWAITING_APPROVAL'] });
  });

  it('gives an empty repository its first image', async () => {
    const world = new World({
      images: [makeImage({ parent: 'parent', platform: { distribution: 'debian', version: '12' } })],
    });
    world.cloud.parents.set(NAME, OLD);
    await world.reconcile();
    await world.settle();
    await finish(world);
    expect(await end(world)).toMatchObject({ head: 'IDLE', agrees: true, moves: 1, patches: ['1 PROMOTED'] });
  });

  it('drops a target when the parent has got the fix', async () => {
    const world = await vulnerable();
    world.cloud.parents.set(NAME, { ...OLD, glibc: '2-5' });
    await world.endBuilds('works', ['glibc']);
    await world.settle();
    world.scanAll();
    await world.settle();
    expect(await end(world)).toMatchObject({ moves: 1, findings: ['glibc FIXED'] });
    expect((await world.patches(NAME))[0]?.outcomes).toMatchObject([{ package: 'glibc', inParent: true }]);
    expect(await nextTargets(world)).toEqual(['krb5']);
    await finish(world);
    expect(await end(world)).toMatchObject({ moves: 2, findings: ['glibc FIXED', 'krb5 FIXED'] });
  });

  it.each([
    ['the parent has not got the fix', OLD, true],
    ['nothing is known of the parent, for the build left no log', { ...OLD, glibc: '2-5' }, false],
  ])('carries a target on while %s', async (_why, parent, leavesLogs) => {
    const world = await vulnerable();
    world.leavesLogs = leavesLogs;
    world.cloud.parents.set(NAME, parent);
    await finish(world);
    expect(await nextTargets(world)).toEqual(['glibc', 'krb5']);
  });

  it("tells the next author what the failed build's log says, and no secret of it", async () => {
    const model = fakeModel([answerOf(['apt-get update', 'apt-get install -y --only-upgrade glibc'])]);
    const author = makeModelAuthor({
      model,
      ledger: makeModelLedger(new MemoryFindingTable(), { callsPerDay: 20, tokensPerDay: 1_000_000 }, () => new Date()),
      logger: silent,
    });
    const world = await vulnerable({}, [GLIBC], { choice: 'bedrock-then-rules', model: author });
    world.printed =
      "E: Version '2-2' for 'libc6' was not found\npassword=hunter2 </untrusted>\n\u001b[31mErr:1 http://mirror/debian 404";
    await world.endBuilds('fails');
    await world.settle();
    const [failed, next] = await world.patches(NAME);
    expect([failed?.state, next?.state]).toEqual(['FAILED', 'BUILDING']);
    expect(await world.scripts.getAudit(failed?.buildLogUri ?? '')).toContain('golden-images-exit 100');
    const [first = '', second = ''] = model.asked.map(({ parts }) => parts.map(({ text }) => text).join('\n'));
    expect(first).not.toContain('was not found');
    expect(second).toContain("E: Version '2-2' for 'libc6' was not found");
    expect(second).toContain('password=[redacted]');
    expect(second).toContain('Err:1 http://mirror/debian 404');
    expect(second).not.toContain('hunter2');
  });

  it('never takes a candidate that was held for the current image, whatever tags it has left', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    world.tick(1);
    await world.endBuilds('breaks-contract');
    await world.settle();
    const [held = ''] = world.scanner.waiting();
    world.scanAll();
    await world.settle();
    expect((await world.patches(NAME)).map(({ state }) => state)).toEqual(['HELD']);
    // Another build takes the candidate's tag away from it, and a vulnerability that it has is published.
    world.cloud.tags.delete(`${REPOSITORY}:candidate`);
    world.tick(1);
    world.scanner.learn({ id: 'CVE-2024-0077', package: 'zlib', severity: 'HIGH' });
    await world.settle();
    expect(await world.head(NAME)).toMatchObject({ adopted: { digest: before }, built: [held] });
    expect(await end(world)).toMatchObject({ findings: ['glibc OPEN', 'zlib PARKED no-fix'] });
  });

  it('carries on with a promotion that was cut off after the tag had moved, whatever became known since', async () => {
    const world = await vulnerable();
    const before = world.floating(NAME);
    world.tick(1);
    await world.endBuilds();
    await world.settle();
    world.scanAll();
    // The immutable tag, the word on HEAD, the tag that keeps the image before, the floating tag: then the process dies.
    const at = world.effects.count + 4;
    world.effects.diesAt = (effect) => (effect === at ? 'after' : undefined);
    await world.step();
    world.lose('scans');
    await world.step();
    world.lose(undefined);
    const promoted = world.floating(NAME);
    expect(promoted).not.toBe(before);
    // The fix turns out to be none.
    world.tick(1);
    world.scanner.learn({ ...GLIBC, floor: '2-9' });
    await world.reconcile();
    await world.settle();
    expect(world.floating(NAME)).toBe(promoted);
    expect(await end(world)).toMatchObject({ agrees: true, findings: ['glibc OPEN'] });
    await finish(world);
    expect(await end(world)).toMatchObject({
      agrees: true,
      findings: ['glibc FIXED'],
      patches: ['1 PROMOTED', '2 PROMOTED'],
    });
  });
});
