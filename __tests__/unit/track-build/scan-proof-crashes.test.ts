import type { Finding } from '../../../domain/finding/finding';
import { digestOf, makeFinding, makeTarget } from '../table/samples';
import type { Effect } from './scan-world';
import { BUILT, KRB5, onCandidate, SCANNED, scanWorld, tagged } from './scan-world';

/** The process died. */
class Death extends Error {}

type World = Awaited<ReturnType<typeof scanWorld>>;

/** Effects of which the n-th, counted while armed, kills the process before or after it took place. */
function killer(): { effect: Effect; arm: (at: number, when: 'before' | 'after') => void; count: () => number } {
  let [count, target, when, isDead] = [0, Infinity, 'before', false];
  return {
    arm: (at, side) => {
      [count, target, when, isDead] = [0, at, side, false];
    },
    count: () => count,
    effect: async (run) => {
      if (isDead) throw new Death('dead');
      const isIt = ++count === target;
      isDead = isIt;
      if (isIt && when === 'before') throw new Death('before');
      const result = await run();
      if (isIt) throw new Death('after');
      return result;
    },
  };
}

/** What must be the same however often the process died; versions tell how often an item was written. */
async function endState(here: World) {
  const [head, patch] = [await here.head(), await here.patch()];
  return {
    findings: (await here.items()).filter(({ sk }) => sk.startsWith('FINDING#')).map((item) => item),
    head: { ...head, version: 0 },
    patch,
    replan: await here.replan(),
    floating: here.floating(),
    immutable: here.tags.get(tagged('2024-06-01.1')),
    kept: here.tags.get(tagged('2024-05-01.1')),
    tags: here.tags.size,
    moves: here.moves,
    layers: (await here.store.query('LAYER#sha256%3Alast-c')).length,
  };
}

async function makeWorld(effect: Effect, newer: readonly Finding[] = []): Promise<World> {
  const here = await scanWorld({
    effect,
    findings: [makeFinding(), makeFinding(KRB5), ...newer],
    patch: {
      targets: [
        makeTarget(),
        makeTarget({ package: 'krb5', floor: '1.20-2', vulnerabilities: [KRB5.vulnerabilityId] }),
      ],
    },
  });
  // A residual one, and one that the table never saw.
  here.scan([onCandidate(KRB5), onCandidate({ vulnerabilityId: 'CVE-2024-0003', package: 'zlib', severity: 'LOW' })]);
  return here;
}

/** Runs `step` to its end, again wherever it died. */
async function runWith(
  prepare: (here: World) => Promise<unknown>,
  step: (here: World) => Promise<unknown>,
  kill?: readonly [number, 'before' | 'after'],
): Promise<{ here: World; effects: number }> {
  const { effect, arm, count } = killer();
  const here = await makeWorld(effect);
  await prepare(here);
  here.moves.length = 0;
  arm(...(kill ?? [Infinity, 'before']));
  let died = false;
  try {
    await step(here);
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    died = true;
  }
  const effects = count();
  arm(Infinity, 'before');
  if (died) await step(here);
  return { here, effects };
}

const NOTHING = async (): Promise<void> => {
  await Promise.resolve();
};
const SIDES = ['before', 'after'] as const;

describe.each<[string, (here: World) => Promise<unknown>, (here: World) => Promise<unknown>, string, string]>([
  ['a promotion', NOTHING, async (here) => await here.track(), BUILT, 'promoted'],
  ['a rollback', async (here) => await here.track(), async (here) => await here.rollBack(), SCANNED, 'rolled-back'],
])('%s that dies at any side effect', (_what, prepare, step, digest, notice) => {
  it('ends the same when it is asked for again, with one move of the tag and each finding written once', async () => {
    const clean = await runWith(prepare, step);
    const wanted = await endState(clean.here);
    expect(wanted).toMatchObject({ floating: digest, moves: [digest], kept: SCANNED, head: { state: 'IDLE' } });
    expect(clean.here.notifier.notices.filter(({ kind }) => kind === notice)).toHaveLength(1);
    expect(clean.effects).toBeGreaterThan(6);
    for (let at = 1; at <= clean.effects; at++)
      for (const side of SIDES) {
        const { here } = await runWith(prepare, step, [at, side]);
        const told = here.notifier.notices.filter(({ kind }) => kind === notice);
        expect([at, side, await endState(here)]).toEqual([at, side, wanted]);
        expect([
          at,
          side,
          told.length === 1 || told.length === 2,
          new Set(told.map((one) => JSON.stringify(one))).size,
        ]).toEqual([at, side, true, 1]);
      }
  });

  it('never measures twice', async () => {
    const clean = await runWith(prepare, step);
    for (let at = 1; at <= clean.effects; at++)
      for (const side of SIDES) {
        const { metrics } = (await runWith(prepare, step, [at, side])).here;
        const promotions = metrics.measures.filter(({ name }) => name === 'Promotions').length;
        expect([at, side, promotions <= 1, (metrics.counts['RolledBack'] ?? 0) <= 1]).toEqual([at, side, true, true]);
      }
  });
});

it('asking again after the end writes nothing', async () => {
  const { effect, arm, count } = killer();
  const here = await makeWorld(effect);
  await here.track();
  arm(Infinity, 'before');
  expect(await here.track()).toEqual({ did: 'nothing', why: 'no-build' });
  expect(count()).toBe(0);
  await here.rollBack();
  arm(Infinity, 'before');
  expect(await here.rollBack()).toMatchObject({ did: 'nothing', why: 'no-previous' });
  expect(count()).toBe(0);
});

it('a rollback that is cut off is finished by the check of reconcile-findings, where nobody asks for it again', async () => {
  const prepare = async (here: World): Promise<unknown> => await here.track();
  const clean = await runWith(prepare, async (here) => await here.rollBack());
  for (let at = 1; at <= clean.effects; at++) {
    const { effect, arm } = killer();
    const here = await makeWorld(effect);
    await here.track();
    arm(at, 'after');
    await here.rollBack().catch(() => undefined);
    arm(Infinity, 'before');
    await here.check();
    expect([at, here.floating(), (await here.head())?.promoted?.digest, (await here.patch())?.state]).toEqual([
      ...[at, SCANNED, SCANNED, 'ROLLED_BACK'],
    ]);
  }
});

it('while a promotion is cut off, no finding is FIXED that the candidate was not proven for, nor HEAD ahead of the tag', async () => {
  const clean = await runWith(NOTHING, async (here) => await here.track());
  for (let at = 1; at <= clean.effects; at++) {
    const { effect, arm } = killer();
    const here = await makeWorld(effect);
    arm(at, 'after');
    await here.track().catch(() => undefined);
    const fixed = (await here.findings()).filter((one) => one.endsWith('FIXED'));
    expect([at, fixed.every((one) => one === 'glibc FIXED')]).toEqual([at, true]);
    if (fixed.length > 0 || (await here.head())?.promoted !== undefined)
      expect([at, here.floating()]).toEqual([at, BUILT]);
  }
});

describe('the image that the first promotion takes the floating tag from', () => {
  const dev = digestOf('d');
  const newer = makeFinding({ digest: dev, tags: ['dev'], pushedAt: '2024-05-10T00:00:00.000Z' });
  /** A world in which a newer push without the floating tag is what was adopted. */
  const beside = async (effect: Effect): Promise<World> => {
    const here = await makeWorld(effect, [newer]);
    expect((await here.head())?.adopted).toMatchObject({ digest: dev, floating: false });
    return here;
  };

  it('is kept, and is the previous one, wherever the promotion dies, also where it goes on days later', async () => {
    const clean = killer();
    const untouched = await beside(clean.effect);
    clean.arm(Infinity, 'before');
    await untouched.track();
    const kept = [...untouched.tags].filter(([, digest]) => digest === SCANNED);
    expect(kept).toEqual([[tagged('2024-06-01.2'), SCANNED]]);
    const effects = clean.count();
    expect(effects).toBeGreaterThan(8);
    for (let at = 1; at <= effects; at++)
      for (const side of SIDES) {
        const { effect, arm } = killer();
        const here = await beside(effect);
        arm(at, side);
        await expect(here.track()).rejects.toThrow(Death);
        arm(Infinity, 'before');
        // Never without a tag that keeps it.
        expect([at, side, [...here.tags.values()].includes(SCANNED)]).toEqual([at, side, true]);
        here.setNow('2024-06-04T10:05:00.000Z');
        await here.track();
        const { previous, moving } = (await here.head()) ?? {};
        const tags = [...here.tags].filter(([, digest]) => digest === SCANNED).map(([tag]) => tag);
        expect([at, side, here.floating(), moving]).toEqual([at, side, BUILT, undefined]);
        expect([at, side, tags, previous?.digest]).toEqual([at, side, [previous?.reference], SCANNED]);
        expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: SCANNED });
      }
  });

  it('holds no promotion up where somebody deletes it while that is cut off', async () => {
    let deaths = 0;
    for (let at = 1; at <= 6; at++) {
      const { effect, arm } = killer();
      const here = await beside(effect);
      arm(at, 'after');
      await expect(here.track()).rejects.toThrow(Death);
      arm(Infinity, 'before');
      if ((await here.head())?.moving === undefined) continue;
      deaths++;
      here.images.delete(SCANNED);
      for (const [tag, digest] of here.tags) if (digest === SCANNED) here.tags.delete(tag);
      expect([at, (await here.track()).did]).toEqual([at, 'promoted']);
      expect(await here.rollBack()).toMatchObject({ did: 'nothing', why: 'previous-gone' });
    }
    expect(deaths).toBeGreaterThan(1);
  });
});
