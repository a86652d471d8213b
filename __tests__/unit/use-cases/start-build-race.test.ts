import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { updateHead } from '../../../domain/table/head-changes';
import { movePatch } from '../../../domain/table/move-patch';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makeImage, makePatch, NOW, silent } from '../table/samples';

it('an event that is quicker than SIGNALED starts nothing yet, and starts the build once it is written', async () => {
  const table = new MemoryFindingTable();
  const patch = makePatch();
  await table.put(patch, 0);
  await updateHead(table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    lease: { patch: 1, since: NOW.toISOString() },
  }));
  const started: string[] = [];
  const startBuild = makeStartBuild({
    table,
    signal: {
      put: async () => await Promise.reject(new Error('must not be put')),
      get: async () => await Promise.resolve({ value: patch.scriptUri, version: 1 }),
    },
    builder: {
      start: async ({ patchId }) => {
        started.push(patchId);
        return await Promise.resolve('build-1');
      },
      get: async () => {
        await Promise.resolve(undefined);
      },
    },
    clock: () => NOW,
    logger: silent,
  });
  expect(await startBuild(makeImage())).toEqual({ did: 'nothing', why: 'signal-unfinished' });
  expect(started).toEqual([]);
  await movePatch(table, patch, ['READY'], NOW, { state: 'SIGNALED' });
  expect(await startBuild(makeImage())).toMatchObject({ did: 'started', patch: { state: 'BUILDING' } });
  expect(started).toEqual([patch.patchId]);
});
