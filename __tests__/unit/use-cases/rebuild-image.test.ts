import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { BadInputError } from '../../../domain/errors';
import type { Notice } from '../../../domain/notice/notice';
import type { FindingTable, RebuildSignal } from '../../../domain/ports';
import { readHead, requestReplan, updateHead } from '../../../domain/table/head-changes';
import { replanKey } from '../../../domain/table/keys';
import { movePatch } from '../../../domain/table/move-patch';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import type { RebuildImageResult, RebuildRequest } from '../../../functions/rebuild-image/rebuild-image';
import { makeRebuildImage } from '../../../functions/rebuild-image/rebuild-image';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { digestOf, makeImage, makeItem, makePatch, makeTarget, NOW, silent } from '../table/samples';

const ask: RebuildRequest = { why: 'new certificates', by: 'alice' };
const byItself: RebuildRequest = { why: 'the repository is empty', by: 'reconcile', unattended: true };
const apt = makeImage({ ecosystem: 'apt' });

function world(image: GoldenImage = apt) {
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  const notices: Notice[] = [];
  const values: string[] = [];
  const signal: RebuildSignal = {
    put: async (_image, value) => await Promise.resolve({ version: values.push(value) }),
    get: async () =>
      await Promise.resolve(values.length === 0 ? undefined : { value: values.at(-1) ?? '', version: values.length }),
  };
  const notifier = {
    notify: async (notice: Notice) => {
      notices.push(notice);
      await Promise.resolve();
    },
  };
  const ports = { table, scripts, signal, notifier, clock: () => NOW, logger: silent };
  return {
    ...{ table, scripts, notices, values },
    put: async (...items: Parameters<FindingTable['put']>[0][]) => {
      for (const item of items) await table.put(item, 0);
    },
    rebuild: async (request = ask, on: FindingTable = table) =>
      await makeRebuildImage({ ...ports, table: on })(image, request),
    generate: async (mode: GoldenImage['policy']['mode'] = 'auto') =>
      await makeGeneratePatch({ ...ports, authors: { choice: 'rules' } })({
        ...image,
        policy: { ...image.policy, mode },
      }),
    signalRebuild: async () => await makeSignalRebuild(ports)(image),
    patches: async () => (await table.query('IMAGE#debian-12')).filter(isPatchItem),
    states: async () =>
      (await table.query('IMAGE#debian-12')).filter(isPatchItem).map(({ sequence, state }) => `${sequence} ${state}`),
    move: async (patch: PatchItem, state: PatchState) => {
      await movePatch(table, patch, ['READY', 'SIGNALED'], NOW, { state });
    },
  };
}

function written(result: RebuildImageResult): PatchItem {
  if (result.did !== 'written') throw new Error(`nothing was written: ${result.why}`);
  return result.patch;
}

it('writes a patch without a target, whose script is stored, and which needs no second word', async () => {
  const here = world();
  const patch = written(await here.rebuild());
  expect(await here.patches()).toEqual([patch]);
  expect(patch).toMatchObject({
    state: 'READY',
    rebuild: true,
    sequence: 1,
    ecosystem: 'apt',
    targets: [],
    author: 'rules',
    authorReason: 'A rebuild, asked for by alice: new certificates',
    modelCalls: 0,
    approval: { decision: 'approved', by: 'alice', reason: 'new certificates', at: NOW.toISOString() },
  });
  const script = await here.scripts.getScript(patch.scriptUri);
  expect(script).toContain(`# plan: ${patch.planHash}\n`);
  expect(script).not.toMatch(/^ {2}target /m);
  expect(JSON.parse((await here.scripts.getAudit(patch.proposalUri ?? '')) ?? '')).toMatchObject({
    ...{ rebuild: true, by: 'alice', why: 'new certificates', targets: [], tried: [] },
  });
});

it('takes what is open along, and gives it a script that raises it', async () => {
  const here = world();
  await here.put(makeItem());
  const patch = written(await here.rebuild());
  expect(patch.targets).toEqual([makeTarget()]);
  expect(await here.scripts.getScript(patch.scriptUri)).toContain("  target 'upgrade' 'glibc' '2.36-9+deb12u6' ''\n");
});

it('carries what the promoted patch did beside its targets', async () => {
  const here = world(makeImage({}, { companions: ['libc-bin'] }));
  await here.put(makePatch({ state: 'PROMOTED', extras: { companions: { upgrade: ['libc-bin'], remove: [] } } }));
  const promoted = { digest: digestOf('f'), reference: 'r', patch: 1, since: NOW.toISOString(), descendsFrom: [] };
  await updateHead(here.table, 'debian-12', (head) => ({ ...head, promoted }));
  const patch = written(await here.rebuild());
  expect(patch.targets).toEqual([makeTarget()]);
  expect(patch.extras).toEqual({ companions: { upgrade: ['libc-bin'], remove: [] } });
});

it.each(['approve', 'observe'] as const)('a person’s word is enough in mode %s too', async (mode) => {
  const here = world(makeImage({ ecosystem: 'apt' }, { mode }));
  expect(written(await here.rebuild()).state).toBe('READY');
  expect(here.notices).toEqual([]);
});

it.each([
  ['auto', 'READY', []],
  ['approve', 'AWAITING_APPROVAL', ['approval-requested']],
  ['observe', 'OBSERVED', []],
] as const)('where nobody asks, mode %s makes it %s', async (mode, state, kinds) => {
  const here = world(makeImage({ ecosystem: 'apt' }, { mode }));
  const patch = written(await here.rebuild(byItself));
  expect([patch.state, patch.approval]).toEqual([state, undefined]);
  expect(here.notices.map(({ kind }) => kind)).toEqual(kinds);
  expect(await here.rebuild(byItself)).toMatchObject({ did: 'nothing', why: 'asked-before', patch: { sequence: 1 } });
});

it('that a person has rejected is not asked for again by itself for the same reason, but for another, and after a retry', async () => {
  const here = world(makeImage({ ecosystem: 'apt' }, { mode: 'approve' }));
  const first = written(await here.rebuild(byItself));
  await movePatch(here.table, first, ['AWAITING_APPROVAL'], NOW, { state: 'REJECTED' });
  expect(await here.rebuild(byItself)).toMatchObject({ did: 'nothing', why: 'rejected', patch: { sequence: 1 } });
  await movePatch(here.table, first, ['REJECTED'], NOW, { state: 'SUPERSEDED' });
  const second = written(await here.rebuild(byItself));
  await movePatch(here.table, second, ['AWAITING_APPROVAL'], NOW, { state: 'REJECTED' });
  expect(written(await here.rebuild({ ...byItself, why: 'the parent is another' })).sequence).toBe(3);
});

it('a person’s word overrides a rebuild that waits for one', async () => {
  const here = world(makeImage({ ecosystem: 'apt' }, { mode: 'approve' }));
  await here.rebuild(byItself);
  expect(written(await here.rebuild()).sequence).toBe(2);
  expect(await here.states()).toEqual(['1 SUPERSEDED', '2 READY']);
});

it('to ask twice writes one', async () => {
  const here = world();
  await here.rebuild();
  expect(await here.rebuild()).toMatchObject({ did: 'nothing', why: 'asked-before', patch: { sequence: 1 } });
  expect(await here.states()).toEqual(['1 READY']);
});

it('an earlier rebuild never blocks the next, which has a script of its own: the same token would not build again', async () => {
  const here = world();
  const ends = ['PROMOTED', 'HELD', 'FAILED', 'ROLLED_BACK'] as const;
  const ids: string[] = [];
  for (const end of ends) {
    const patch = written(await here.rebuild());
    ids.push(patch.patchId);
    await here.move(patch, end);
  }
  expect(new Set(ids).size).toBe(ends.length);
});

it.each<PatchState>(['SIGNALED', 'BUILDING', 'CANDIDATE'])('nothing is written while a patch is %s', async (state) => {
  const here = world();
  await here.put(makePatch({ state }));
  expect(await here.rebuild()).toMatchObject({ did: 'nothing', why: 'in-flight', patch: { sequence: 1 } });
  expect(await here.states()).toEqual([`1 ${state}`]);
});

it('nothing is written while a lease is out, or the breaker is open', async () => {
  const here = world();
  await updateHead(here.table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    lease: { patch: 9, since: NOW.toISOString() },
  }));
  expect(await here.rebuild()).toEqual({ did: 'nothing', why: 'in-flight' });
  await updateHead(here.table, 'debian-12', ({ lease: _lease, ...head }) => ({ ...head, state: 'STOPPED' }));
  expect(await here.rebuild()).toEqual({ did: 'nothing', why: 'stopped' });
  expect(await here.states()).toEqual([]);
});

it('one that may have another contract takes the place of one that may not, and is asked for once', async () => {
  const here = world();
  written(await here.rebuild());
  const accepting: RebuildRequest = { ...ask, acceptsContract: true };
  expect(written(await here.rebuild(accepting))).toMatchObject({ sequence: 2, state: 'READY', acceptsContract: true });
  expect(await here.states()).toEqual(['1 SUPERSEDED', '2 READY']);
  expect(await here.rebuild(accepting)).toMatchObject({ did: 'nothing', why: 'asked-before', patch: { sequence: 2 } });
  expect(await here.rebuild()).toMatchObject({ did: 'nothing', why: 'asked-before', patch: { sequence: 2 } });
});

it('an image whose package manager nobody knows yet takes what its parent has, with a script that changes nothing', async () => {
  const here = world(makeImage());
  const patch = written(await here.rebuild());
  expect(patch).toMatchObject({ state: 'READY', rebuild: true, targets: [] });
  expect(patch).not.toHaveProperty('ecosystem');
  const script = await here.scripts.getScript(patch.scriptUri);
  expect(script).toContain(`# plan: ${patch.planHash}\n`);
  expect(script).toContain('takes what its parent has');
});

it('an image that has no package manager is bad input that says so', async () => {
  const here = world(makeImage({ base: { managers: [], distroless: true } }));
  await expect(here.rebuild()).rejects.toThrow(
    new BadInputError(
      'golden image debian-12 has no package manager that is known here, so that nothing in it can be upgraded',
    ),
  );
  for (const wrong of [{ by: ' ' }, { why: '' }])
    await expect(here.rebuild({ ...ask, ...wrong })).rejects.toThrow(BadInputError);
});

it('another writer that was quicker with the sequence wins', async () => {
  const here = world();
  await here.put(makeItem());
  const slow: FindingTable = {
    get: async (key) => await here.table.get(key),
    delete: async (key, expected) => {
      await here.table.delete(key, expected);
    },
    query: async (pk, prefix) => await here.table.query(pk, prefix),
    put: async (item, expected) => {
      if (item['rebuild'] === true) await here.generate();
      await here.table.put(item, expected);
    },
  };
  expect(await here.rebuild(ask, slow)).toEqual({ did: 'nothing', why: 'raced' });
  expect(await here.states()).toEqual(['1 READY']);
});

describe('a rebuild among patches', () => {
  it('takes the place of what waits', async () => {
    const here = world();
    await here.put(makeItem());
    await here.generate('approve');
    written(await here.rebuild());
    expect(await here.states()).toEqual(['1 SUPERSEDED', '2 READY']);
  });

  it('stays although nothing is open, and is signaled', async () => {
    const here = world();
    const patch = written(await here.rebuild());
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'nothing-open' });
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled', patch: { sequence: 1 } });
    expect(here.values).toEqual([patch.scriptUri]);
    expect((await readHead(here.table, 'debian-12'))?.lease?.patch).toBe(1);
  });

  it.each(['auto', 'approve'] as const)(
    'goes first where something opens before its turn, and that is not forgotten (mode %s)',
    async (mode) => {
      const here = world();
      written(await here.rebuild());
      await here.put(makeItem());
      await requestReplan(here.table, 'debian-12', 'test');
      expect(await here.generate(mode)).toEqual({ did: 'nothing', why: 'rebuild-first' });
      expect((await here.signalRebuild()).did).toBe('signaled');
      expect((await here.table.get(replanKey('debian-12')))?.['state']).toBe('REQUESTED');
      // It does not raise what has just opened: that is planned behind it.
      expect(await here.generate(mode)).toMatchObject({ did: 'planned', patch: { sequence: 2 } });
      expect((await here.states())[0]).toBe('1 SIGNALED');
    },
  );

  it('that raises all that is open is what a patch would be waited for', async () => {
    const here = world();
    await here.put(makeItem());
    written(await here.rebuild());
    await here.signalRebuild();
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'being-built' });
  });

  it('that waits for a person gives way to a patch', async () => {
    const here = world(makeImage({ ecosystem: 'apt' }, { mode: 'approve' }));
    written(await here.rebuild(byItself));
    await here.put(makeItem());
    expect(await here.generate('approve')).toMatchObject({ did: 'planned' });
    expect(await here.states()).toEqual(['1 SUPERSEDED', '2 AWAITING_APPROVAL']);
  });

  it('that failed leaves the attempts of the plan as they were', async () => {
    const here = world();
    await here.put(makeItem());
    await here.move(written(await here.rebuild()), 'FAILED');
    expect(await here.generate()).toMatchObject({ did: 'planned', patch: { sequence: 2, attempt: 1 } });
  });
});
