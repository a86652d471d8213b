import type { Finding } from '../../../domain/finding/finding';
import { updateHead } from '../../../domain/table/head-changes';
import { nextAttempt } from '../../../domain/plan/next-attempt';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import { digestOf, makeFinding, makeImage, NOW } from '../table/samples';
import { BUILT, onCandidate, promotedWorld, REPOSITORY, SCANNED, SCANNED_AT, scanWorld, tagged } from './scan-world';

const NEW = { vulnerabilityId: 'CVE-2024-0099', package: 'zlib', installed: '1-1' };
const HOURS = (count: number): string => new Date(Date.parse(SCANNED_AT) + count * 3_600_000).toISOString();

describe('rollback', () => {
  it('puts the tag back in one step, and everything else after it', async () => {
    const here = await promotedWorld();
    here.setNow(HOURS(1));
    expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: SCANNED, from: BUILT });
    expect([here.floating(), here.tags.get(tagged('2024-06-01.1'))]).toEqual([SCANNED, BUILT]);
    expect(await here.patch()).toMatchObject({
      ...{ state: 'ROLLED_BACK', reason: 'by-hand', detail: 'it breaks our build' },
      rolledBack: { by: 'alice', reason: 'it breaks our build', at: HOURS(1) },
    });
    const head = await here.head();
    expect(head).toMatchObject({ promoted: { digest: SCANNED, reference: tagged('2024-05-01.1') }, judged: SCANNED });
    expect(head).not.toHaveProperty('previous');
    expect(await here.findings()).toEqual(['glibc OPEN']);
    expect((await here.finding('glibc'))?.judgedOn).toBe(SCANNED);
    expect(here.notifier.of('rolled-back')).toEqual([
      {
        ...{ kind: 'rolled-back', image: 'debian-12', repository: REPOSITORY, patch: 1, patchId: 'b'.repeat(64) },
        ...{ digest: SCANNED, from: BUILT, tags: ['2024-05-01.1', 'stable'] },
        ...{ by: 'alice', reason: 'it breaks our build', at: HOURS(1) },
      },
    ]);
    expect(here.metrics.counts).toMatchObject({ 'RolledBack by-hand': 1 });
    expect(await here.replan()).toBe(`${SCANNED} is promoted`);
  });

  it('blocks the plan', async () => {
    const here = await promotedWorld();
    await here.rollBack();
    const patch = (await here.patch())!;
    expect(typeof nextAttempt(patch.planHash, [patch], DEFAULT_POLICY, NOW)).toBe('string');
  });

  it('goes back to the patch before, by its immutable tag; and no further', async () => {
    const here = await promotedWorld();
    await here.next({ rebuild: true });
    here.scan([], digestOf('e'));
    await here.track();
    expect(await here.head()).toMatchObject({ promoted: { patch: 2 }, previous: { patch: 1, digest: BUILT } });
    expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: BUILT, from: digestOf('e') });
    expect(here.notifier.of('rolled-back')[0]?.tags).toEqual(['2024-06-01.1', 'stable']);
    expect([await here.findings(), (await here.patch())?.state]).toEqual([['glibc FIXED'], 'PROMOTED']);
    expect(await here.rollBack()).toMatchObject({ did: 'nothing', why: 'no-previous' });
    expect(here.floating()).toBe(BUILT);
  });

  it.each<[string, string, (here: Awaited<ReturnType<typeof promotedWorld>>) => unknown]>([
    ['the image before is deleted', 'previous-gone', (here) => here.images.delete(SCANNED)],
    ['somebody else moved the tag', 'tag-moved', (here) => here.tags.set(tagged('stable'), digestOf('e'))],
    ['somebody removed the tag', 'tag-moved', (here) => here.tags.delete(tagged('stable'))],
    [
      'a patch is being promoted',
      'being-promoted',
      async (here) => {
        await updateHead(here.store, 'debian-12', (head) => ({
          ...head,
          moving: { by: 'promotion', patch: 2, reference: tagged('2024-06-02.1') },
        }));
      },
    ],
  ])('refuses where %s', async (_what, why, spoil) => {
    const here = await promotedWorld();
    await spoil(here);
    const [head, floating] = [await here.head(), here.floating()];
    const result = await here.rollBack();
    expect(result).toMatchObject({ did: 'nothing', why });
    expect('detail' in result && result.detail.length).toBeGreaterThan(20);
    expect([await here.head(), here.floating(), (await here.patch())?.state]).toEqual([head, floating, 'PROMOTED']);
    expect([await here.findings(), here.notifier.of('rolled-back')]).toEqual([['glibc FIXED'], []]);
  });

  it('refuses where nothing was promoted', async () => {
    const here = await scanWorld();
    expect(await here.rollBack()).toMatchObject({ did: 'nothing', why: 'nothing-promoted' });
    expect(here.moves).toEqual([]);
  });

  it('does not go back to what the floating tag was never on', async () => {
    const here = await scanWorld({ findings: [makeFinding({ tags: ['1.2'] })] });
    here.tags.delete(tagged('stable'));
    here.scan([]);
    await here.track();
    expect(await here.rollBack()).toMatchObject({ did: 'nothing', why: 'no-previous' });
  });

  it.each<[string, readonly Finding[], string]>([
    ['findings told of it with other tags', [makeFinding({ tags: ['1.2'] })], '2024-05-01.1'],
    ['findings never told of it', [], '2024-06-01.2'],
    [
      'findings told of a newer push without it',
      [makeFinding(), makeFinding({ digest: digestOf('d'), tags: ['dev'], pushedAt: '2024-05-10T00:00:00.000Z' })],
      '2024-06-01.2',
    ],
  ])(
    'goes back to what the floating tag was on at the first promotion, also where %s',
    async (_what, findings, tag) => {
      const here = await scanWorld({ findings, patch: { rebuild: true } });
      here.images.set(digestOf('d'), { ...here.images.get(SCANNED)!, digest: digestOf('d') });
      here.tags.set(tagged('dev'), digestOf('d'));
      here.scan([]);
      expect((await here.track()).did).toBe('promoted');
      expect((await here.head())?.previous).toMatchObject({ digest: SCANNED, reference: tagged(tag) });
      expect([here.tags.get(tagged(tag)), here.tags.get(tagged('dev'))]).toEqual([SCANNED, digestOf('d')]);
      expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: SCANNED });
      expect(here.floating()).toBe(SCANNED);
    },
  );
});

describe('the check of a promoted image', () => {
  it('leaves one that is as good as before', async () => {
    const here = await promotedWorld();
    expect(await here.check()).toEqual({ did: 'nothing', why: 'as-good-as-before' });
    expect(here.moves).toEqual([BUILT]);
  });

  it('takes back what a later scan shows to be worse', async () => {
    const here = await promotedWorld();
    here.setNow(HOURS(2));
    here.scan([onCandidate(NEW)]);
    expect(await here.check()).toMatchObject({ did: 'rolled-back', digest: SCANNED });
    expect(await here.patch()).toMatchObject({
      ...{ state: 'ROLLED_BACK', reason: 'worse' },
      rolledBack: { by: 'system', reason: 'CVE-2024-0099 in zlib (HIGH) is new: the image before does not have it' },
    });
    expect([here.floating(), await here.findings()]).toEqual([SCANNED, ['glibc OPEN']]);
    expect(here.notifier.of('rolled-back')).toMatchObject([{ by: 'system' }]);
  });

  it('leaves what was published meanwhile, and is on the image before as well', async () => {
    const here = await promotedWorld();
    here.scan([onCandidate(NEW)]);
    here.source.setFindings(REPOSITORY, SCANNED, [makeFinding(), makeFinding(NEW)]);
    expect(await here.check()).toEqual({ did: 'nothing', why: 'as-good-as-before' });
  });

  it('takes back what breaks the contract as it is configured today; not where the image before breaks it too', async () => {
    const here = await promotedWorld();
    const built = here.images.get(BUILT)!;
    here.images.set(BUILT, { ...built, contract: { ...built.contract, workdir: '/srv' } });
    const configured = makeImage({ parent: 'parent', contract: { maximumGrowthPercent: 150, user: 'app' } });
    expect(await here.check(configured)).toMatchObject({ did: 'rolled-back' });
    expect((await here.patch())?.reason).toBe('contract-broken');
    expect((await here.patch())?.detail).toBe('workdir changed from "/" to "/srv"');
    const other = await promotedWorld();
    expect(await other.check(configured)).toEqual({ did: 'nothing', why: 'as-good-as-before' });
  });

  it('ends with the window, to the millisecond; a window of 0 never begins', async () => {
    const here = await promotedWorld();
    here.scan([onCandidate(NEW)]);
    here.setNow(new Date(Date.parse(HOURS(24)) + 1).toISOString());
    expect(await here.check()).toEqual({ did: 'nothing', why: 'outside-window' });
    here.setNow(SCANNED_AT);
    expect(await here.check(makeImage({ parent: 'parent' }, { rollbackWindowHours: 0 }))).toEqual({
      did: 'nothing',
      why: 'outside-window',
    });
    here.setNow(HOURS(24));
    expect(await here.check()).toMatchObject({ did: 'rolled-back' });
  });

  it.each<[string, string, (here: Awaited<ReturnType<typeof promotedWorld>>) => unknown]>([
    ['the image before is gone', 'gone', (here) => here.images.delete(SCANNED)],
    ['the promoted image is gone', 'gone', (here) => here.images.delete(BUILT)],
    [
      'the scanner looks at it no more',
      'as-good-as-before',
      (here) => {
        here.scan([onCandidate(NEW)]);
        here.source.setStatus(REPOSITORY, BUILT, { state: 'expired', detail: 'none' });
      },
    ],
    [
      'the risk is accepted by the scanner',
      'as-good-as-before',
      (here) => {
        here.scan([onCandidate({ ...NEW, status: 'SUPPRESSED' })]);
      },
    ],
  ])('does nothing where %s', async (_what, why, spoil) => {
    const here = await promotedWorld();
    await spoil(here);
    expect(await here.check()).toEqual({ did: 'nothing', why });
    expect(here.moves).toEqual([BUILT]);
  });

  it('does nothing where nothing was promoted, or nothing is left to go back to', async () => {
    expect(await (await scanWorld()).check()).toEqual({ did: 'nothing', why: 'not-promoted' });
    const here = await promotedWorld();
    await here.rollBack();
    expect(await here.check()).toEqual({ did: 'nothing', why: 'not-promoted' });
  });

  it('refuses where somebody else moved the tag, as a rollback by hand does', async () => {
    const here = await promotedWorld();
    here.scan([onCandidate(NEW)]);
    here.tags.set(tagged('stable'), digestOf('e'));
    expect(await here.check()).toMatchObject({ did: 'nothing', why: 'tag-moved' });
  });

  it('finishes what a rollback has begun', async () => {
    const here = await promotedWorld();
    const { version: _first, ...head } = (await here.head())!;
    await here.rollBack('bob', 'because');
    const order = { by: 'bob', reason: 'because', code: 'by-hand' };
    await updateHead(here.store, 'debian-12', () => ({ ...head, moving: { by: 'rollback', order, from: BUILT } }));
    expect(await here.check()).toMatchObject({ did: 'rolled-back' });
    expect(await here.head()).toMatchObject({ promoted: { digest: SCANNED }, judged: SCANNED });
    expect((await here.patch())?.rolledBack?.by).toBe('bob');
  });
});

it('a rollback that was cut off before its findings were judged is finished by asking again', async () => {
  const here = await promotedWorld();
  await here.rollBack();
  const order = { by: 'bob', reason: 'because', code: 'by-hand' };
  await updateHead(here.store, 'debian-12', (head) => ({
    ...{ ...head, judged: BUILT },
    moving: { by: 'rollback', order, from: BUILT },
  }));
  const finding = (await here.finding('glibc'))!;
  await here.store.put({ ...finding, state: 'FIXED', judgedOn: BUILT, version: finding.version + 1 }, finding.version);
  expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: SCANNED, from: BUILT });
  expect([await here.findings(), (await here.head())?.judged]).toEqual([['glibc OPEN'], SCANNED]);
});
