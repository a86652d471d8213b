import type { FindingTable } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { updateHead } from '../../../domain/table/head-changes';
import { isHeadItem } from '../../../domain/table/head-item';
import { isPatchItem, LIVE_PATCH_STATES } from '../../../domain/table/patch-item';
import { isReconcileItem } from '../../../domain/table/reconcile-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { digestOf, makeFinding } from '../table/samples';
import { reconcileWorld, REPOSITORY } from './reconcile-world';

type World = ReturnType<typeof reconcileWorld>;

/** A world in which something of everything was lost. */
async function losses(): Promise<World> {
  const world = reconcileWorld();
  const old = makeFinding({ digest: digestOf('b'), tags: [], arn: 'b', pushedAt: '2024-04-01T00:00:00.000Z' });
  await world.ingest([old, makeFinding(), makeFinding({ vulnerabilityId: 'CVE-2024-0009', package: 'vanished' })]);
  await world.generate();
  await updateHead(world.table, 'debian-12', ({ adopted: _adopted, ...head }) => ({
    ...head,
    judged: digestOf('a'),
    promoted: { digest: digestOf('a'), reference: 'r', since: '2024-05-20T00:00:00.000Z', descendsFrom: [] },
    previous: { digest: digestOf('b'), reference: 'q', since: '2024-05-01T00:00:00.000Z', descendsFrom: [] },
  }));
  world.scan([makeFinding(), makeFinding({ vulnerabilityId: 'CVE-2024-0007', package: 'zlib', floor: '1:1.3' })]);
  world.source.setStatus(REPOSITORY, digestOf('b'), { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' });
  world.state.parent = digestOf('1');
  world.wait(2);
  return world;
}

/** What is true in the end, whichever way it came to be: findings, the live patch, HEAD, what is asked for. */
async function endState({ table }: World): Promise<unknown> {
  const items = await table.query('IMAGE#debian-12');
  return {
    findings: items.filter(isFindingItem).map(({ version: _version, ...finding }) => finding),
    live: items
      .filter(isPatchItem)
      .filter(({ state }) => LIVE_PATCH_STATES.has(state))
      .map(({ state, planHash, targets }) => ({ state, planHash, targets })),
    head: items.filter(isHeadItem).map(({ version: _version, ...head }) => head),
    parent: items.filter(isReconcileItem).map(({ parent }) => parent),
    isAsked: items.some((item) => isReplanItem(item) && item.state === 'REQUESTED'),
  };
}

/** Runs until nothing is put right any more. */
async function settle(world: World): Promise<void> {
  for (let run = 0; run < 3; run++) {
    expect((await world.run()).troubles).toEqual([]);
    await world.generate();
  }
}

/** Makes the table fail at its n-th write and at every one after it, before or after it is written. */
function dieAt(table: FindingTable, n: number, when: 'before' | 'after'): { revive: () => void; writes: () => number } {
  const put = table.put.bind(table);
  let [writes, isDead] = [0, false];
  table.put = async (item, expected) => {
    if (isDead) throw new Error('dead');
    writes++;
    isDead = writes >= n;
    if (isDead && when === 'before') throw new Error('dead');
    await put(item, expected);
    if (isDead) throw new Error('dead');
  };
  return {
    revive: () => {
      table.put = put;
    },
    writes: () => writes,
  };
}

it('a run that is cut off at any write is finished by the next ones, to the same end', async () => {
  const clean = await losses();
  const counted = dieAt(clean.table, Infinity, 'before');
  await clean.run();
  counted.revive();
  const all = counted.writes();
  expect(all).toBeGreaterThan(5);
  await clean.generate();
  await settle(clean);
  const wanted = await endState(clean);

  for (const when of ['before', 'after'] as const)
    for (let n = 1; n <= all; n++) {
      const world = await losses();
      const { revive } = dieAt(world.table, n, when);
      const { troubles } = await world.run();
      expect(troubles.length).toBeGreaterThan(0);
      revive();
      await world.generate();
      await settle(world);
      expect([when, n, await endState(world)]).toEqual([when, n, wanted]);
    }
});
