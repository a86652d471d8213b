import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { BadInputError, GoldenImagesError } from '../../../domain/errors';
import { movePatch } from '../../../domain/table/move-patch';
import { replanKey } from '../../../domain/table/keys';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { PATCH_STATES } from '../../../domain/table/patch-item';
import type { FindingTable } from '../../../domain/ports';
import type { Decision } from '../../../functions/decide-approval/decide-approval';
import { makeDecideApproval } from '../../../functions/decide-approval/decide-approval';
import { makeExpireApprovals } from '../../../functions/decide-approval/expire-approvals';
import { makeImage, makeItem, makePatch, makeTarget, NOW, silent } from '../table/samples';
import { generateWorld } from './generate-world';

const HOUR = 3_600_000;
const image = makeImage({}, { mode: 'approve' });
const yes: Decision = { patch: 1, decision: 'approved', by: 'alice', reason: 'change 4711' };
const no: Decision = { ...yes, decision: 'rejected', reason: 'breaks the app' };

/** A table with one finding that is open and the patches. */
async function world(...patches: PatchItem[]) {
  const table = new MemoryFindingTable();
  for (const item of [makeItem(), ...patches]) await table.put(item, 0);
  let now = NOW;
  const ports = { table, clock: () => now, logger: silent };
  return {
    table,
    later: (hours: number) => {
      now = new Date(NOW.getTime() + hours * HOUR);
    },
    decide: async (decision: Decision, on: FindingTable = table) =>
      await makeDecideApproval({ ...ports, table: on })(image, decision),
    expire: async () => (await makeExpireApprovals(ports)(image)).map(({ sequence, state }) => [sequence, state]),
    patch: async (sequence = 1) =>
      (await table.get({ pk: 'IMAGE#debian-12', sk: `PATCH#00000${sequence}` })) as PatchItem | undefined,
    replan: async () => (await table.get(replanKey('debian-12')))?.['why'],
  };
}
const waiting = makePatch({ state: 'AWAITING_APPROVAL' });

async function failure(run: Promise<unknown>): Promise<GoldenImagesError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (error instanceof GoldenImagesError) return error;
  throw new Error(`it went well: ${JSON.stringify(error)}`);
}

it('approved: READY, with who, why and when', async () => {
  const here = await world(waiting);
  expect(await here.decide(yes)).toMatchObject({ did: 'approved', patch: { state: 'READY' } });
  expect(await here.patch()).toMatchObject({
    state: 'READY',
    approval: { decision: 'approved', by: 'alice', reason: 'change 4711', at: NOW.toISOString() },
    times: { AWAITING_APPROVAL: NOW.toISOString(), READY: NOW.toISOString() },
  });
});

it('rejected: REJECTED, with the reason where people look; the plan is not written again', async () => {
  const here = generateWorld();
  await here.put(makeItem());
  await here.generate(image);
  const ports = { table: here.table, clock: () => NOW, logger: silent };
  expect((await makeDecideApproval(ports)(image, no)).did).toBe('rejected');
  const [patch] = await here.patches();
  expect(patch).toMatchObject({
    state: 'REJECTED',
    reason: 'rejected',
    detail: 'rejected by alice: breaks the app',
    approval: { decision: 'rejected' },
  });
  expect(await here.generate(image)).toEqual({ did: 'nothing', why: 'rejected' });
  await here.raise('2.36-9+deb12u9');
  expect(await here.generate(image)).toMatchObject({ did: 'planned', patch: { state: 'AWAITING_APPROVAL' } });
});

it.each([yes, no])('to repeat $decision changes nothing, also after the patch has gone on', async (decision) => {
  const here = await world(waiting);
  await here.decide(decision);
  const decided = await here.patch();
  expect(await here.decide({ ...decision, by: 'bob', reason: 'too' })).toEqual({ did: 'nothing', patch: decided });
  await movePatch(here.table, waiting, ['READY', 'REJECTED'], NOW, { state: 'SUPERSEDED' });
  expect(await here.decide(decision)).toMatchObject({ did: 'nothing', patch: { state: 'SUPERSEDED' } });
});

it('the other word after one was given is refused, and says who gave it', async () => {
  const here = await world(waiting);
  await here.decide(yes);
  const error = await failure(here.decide(no));
  expect([error.kind, error.message, error.hint]).toEqual([
    'refused',
    `patch 1 of debian-12 cannot be rejected: it is READY since ${NOW.toISOString()}; it was approved by alice at ${NOW.toISOString()}: change 4711`,
    'it is about to be built: "golden-images rollback" takes its image back once it is promoted',
  ]);
});

it.each(PATCH_STATES.filter((state) => state !== 'AWAITING_APPROVAL'))(
  'a patch that is %s is refused, with its state and what to do',
  async (state: PatchState) => {
    const here = await world(makePatch({ state, detail: 'as it is' }));
    for (const decision of [yes, no]) {
      const error = await failure(here.decide(decision));
      expect(error.kind).toBe('refused');
      expect(error.message).toContain(`it is ${state} since`);
      expect(error.message).toContain('(as it is)');
      expect(error.hint).toMatch(/\w{3}/);
    }
    expect((await here.patch())?.version).toBe(1);
  },
);

it('a patch that nobody asks for any more is not approved, and is planned again; it may be rejected', async () => {
  const stale = makePatch({ state: 'AWAITING_APPROVAL', targets: [makeTarget(), makeTarget({ package: 'zlib' })] });
  const here = await world(stale);
  const error = await failure(here.decide(yes));
  expect([error.kind, error.message]).toEqual([
    'refused',
    'patch 1 of debian-12 does what no finding asks for any more',
  ]);
  expect(await here.replan()).toContain('patch 1');
  expect((await here.patch())?.state).toBe('AWAITING_APPROVAL');
  expect((await here.decide(no)).did).toBe('rejected');
});

it('a rebuild is approved although no finding asks for it', async () => {
  const here = await world(makePatch({ state: 'AWAITING_APPROVAL', rebuild: true, targets: [] }));
  expect((await here.decide(yes)).did).toBe('approved');
});

it('a word that comes too late is refused, and the patch is EXPIRED', async () => {
  const here = await world(waiting);
  here.later(168);
  const error = await failure(here.decide(yes));
  expect([error.kind, error.message]).toEqual(['refused', expect.stringContaining('it is EXPIRED')]);
  expect(await here.patch()).toMatchObject({ state: 'EXPIRED', detail: 'nobody decided within 168 hours' });
  expect(await here.replan()).toBe('nobody decided on patch 1 in time');
});

it('an unknown patch, no reason and nobody are bad input', async () => {
  const here = await world(waiting);
  const unknown = await failure(here.decide({ ...yes, patch: 7 }));
  expect(unknown).toBeInstanceOf(BadInputError);
  expect([unknown.message, unknown.hint]).toEqual([
    'golden image debian-12 has no patch 7',
    'what waits for approval is patch 1',
  ]);
  for (const wrong of [{ reason: '' }, { reason: ' \n' }, { by: ' ' }])
    expect(await failure(here.decide({ ...yes, ...wrong }))).toBeInstanceOf(BadInputError);
  expect((await here.patch())?.state).toBe('AWAITING_APPROVAL');
});

it.each([
  ['the same', yes, 'nothing'],
  ['the other', no, 'refused'],
])('two people at the same moment, with %s word: the first counts', async (_what, second, outcome) => {
  const here = await world(waiting);
  const slow: FindingTable = {
    get: async (key) => await here.table.get(key),
    delete: async (key, expected) => {
      await here.table.delete(key, expected);
    },
    query: async (pk, prefix) => {
      const items = await here.table.query(pk, prefix);
      await here.decide(yes);
      return items;
    },
    put: async (item, expected) => {
      await here.table.put(item, expected);
    },
  };
  const run = here.decide({ ...second, by: 'bob' }, slow);
  expect(outcome === 'refused' ? (await failure(run)).kind : (await run).did).toBe(outcome);
  expect((await here.patch())?.approval).toMatchObject({ decision: 'approved', by: 'alice' });
});

describe('approvals that nobody gives', () => {
  it('expire when their time is up, not before, and only once', async () => {
    const here = await world(
      waiting,
      makePatch({ sequence: 2, state: 'AWAITING_APPROVAL', stateSince: '2024-06-01T02:00:00.000Z' }),
      makePatch({ sequence: 3, state: 'OBSERVED', stateSince: '2020-01-01T00:00:00.000Z' }),
    );
    here.later(167.9);
    expect(await here.expire()).toEqual([]);
    expect(await here.replan()).toBeUndefined();
    here.later(168);
    expect(await here.expire()).toEqual([[1, 'EXPIRED']]);
    expect(await here.expire()).toEqual([]);
    expect(await here.patch()).toMatchObject({ state: 'EXPIRED', reason: 'approval-expired' });
    expect(await here.replan()).toBe('nobody decided on patch 1 in time');
    here.later(171);
    expect(await here.expire()).toEqual([[2, 'EXPIRED']]);
    expect((await here.patch(3))?.state).toBe('OBSERVED');
  });
});
