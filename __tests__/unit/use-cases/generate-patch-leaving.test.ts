import { ModelUnavailableError } from '../../../domain/errors';
import type { PatchAuthor } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import type { FindingItem } from '../../../domain/table/finding-item';
import { makeImage, makeItem, makePatch, makeTarget } from '../table/samples';
import { generateWorld, planned } from './generate-world';

/** A model that cannot be asked. */
const unavailable: PatchAuthor = {
  propose: async () =>
    await Promise.reject(new ModelUnavailableError('throttled', 'too many requests', { retryAfterSeconds: 60 })),
};

describe('a finding that leaves OPEN', () => {
  const krb5 = () => makeItem({ sk: 'FINDING#2', package: 'krb5', vulnerabilityId: 'CVE-2' });
  const states = async (here: ReturnType<typeof generateWorld>) =>
    (await here.patches()).map(({ state, reason }) => [state, reason].filter(Boolean).join(' '));
  const leave = async (here: ReturnType<typeof generateWorld>, sk: string, change: Partial<FindingItem>) => {
    const item = (await here.table.query('IMAGE#debian-12')).filter(isFindingItem).find((one) => one.sk === sk)!;
    await here.table.put({ ...item, ...change, version: item.version + 1 }, item.version);
  };

  it.each([
    ['auto', { state: 'PARKED', reason: 'suppressed' }],
    ['approve', { state: 'PARKED', reason: 'excepted' }],
    ['observe', { state: 'CLOSED' }],
    ['auto', { state: 'FIXED' }],
  ] as const)('the last one, in mode %s: %j: the patch that waits is taken back', async (mode, change) => {
    const here = generateWorld();
    const image = makeImage({}, { mode });
    await here.put(makeItem());
    await here.generate(image);
    await leave(here, makeItem().sk, change);
    expect(await here.generate(image)).toEqual({ did: 'nothing', why: 'nothing-open' });
    expect(await states(here)).toEqual(['SUPERSEDED nothing-open']);
    const before = here.table.changes().length;
    await here.generate(image);
    expect(here.table.changes()).toHaveLength(before);
  });

  it('one of several: a patch without it takes the place of the one that waits', async () => {
    const here = generateWorld();
    await here.put(makeItem(), krb5());
    await here.generate();
    await leave(here, 'FINDING#2', { state: 'PARKED', reason: 'excepted' });
    expect(planned(await here.generate()).targets.map((target) => target.package)).toEqual(['glibc']);
    expect(await states(here)).toEqual(['SUPERSEDED plan-changed', 'READY']);
  });

  it('one of several for one package: the same plan writes nothing', async () => {
    const here = generateWorld();
    await here.put(makeItem(), makeItem({ sk: 'FINDING#2', vulnerabilityId: 'CVE-2' }));
    await here.generate();
    await leave(here, 'FINDING#2', { state: 'PARKED', reason: 'suppressed' });
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect(await states(here)).toEqual(['READY']);
  });

  it.each(['SIGNALED', 'BUILDING'] as const)(
    'where the patch is %s: it runs to its end, and does the rest',
    async (state) => {
      const here = generateWorld();
      await here.put(makeItem(), krb5());
      await here.generate();
      await here.move(1, state);
      await leave(here, 'FINDING#2', { state: 'PARKED', reason: 'suppressed' });
      expect(await here.generate()).toEqual({ did: 'nothing', why: 'being-built' });
      await leave(here, makeItem().sk, { state: 'CLOSED' });
      expect(await here.generate()).toEqual({ did: 'nothing', why: 'nothing-open' });
      expect(await states(here)).toEqual([state]);
    },
  );

  it('where one patch is being built and one waits that adds it: the waiting one is taken back', async () => {
    const here = generateWorld();
    await here.put(makeItem());
    await here.generate();
    await here.move(1, 'BUILDING');
    await here.put(krb5());
    await here.generate();
    await leave(here, 'FINDING#2', { state: 'PARKED', reason: 'suppressed' });
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect(await states(here)).toEqual(['BUILDING', 'SUPERSEDED plan-changed']);
  });

  it('where the model cannot be asked: what is not asked for is taken back at once', async () => {
    const here = generateWorld({ choice: 'bedrock', model: unavailable });
    await here.put(makeItem(), krb5());
    await here.table.put(makePatch({ targets: [makeTarget(), makeTarget({ package: 'krb5' })] }), 0);
    await leave(here, 'FINDING#2', { state: 'PARKED', reason: 'suppressed' });
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'author-later' });
    expect(await states(here)).toEqual(['SUPERSEDED plan-changed']);
  });

  it('after a crash that left two patches waiting: the one of the plan stays', async () => {
    const here = generateWorld();
    await here.put(makeItem());
    const { planHash } = planned(await here.generate());
    await here.table.put(makePatch({ sequence: 2 }), 0);
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect((await here.patches()).map((patch) => [patch.state, patch.planHash === planHash])).toEqual([
      ['READY', true],
      ['SUPERSEDED', false],
    ]);
  });
});
