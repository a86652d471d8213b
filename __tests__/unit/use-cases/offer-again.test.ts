import { requestReplan } from '../../../domain/table/head-changes';
import { replanKey } from '../../../domain/table/keys';
import { makeItem } from '../table/samples';
import { generateWorld } from './generate-world';

describe('another look that is asked for', () => {
  it('offers the patch that is READY to signal-rebuild once more, and no other', async () => {
    const { table, put, generate, patches, move } = generateWorld();
    await put(makeItem());
    await generate();
    await generate();
    expect((await patches()).map(({ version }) => version)).toEqual([1]);

    await requestReplan(table, 'debian-12', 'signal-rebuild failed (refused): no');
    const [before] = await patches();
    expect(await generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect(await patches()).toEqual([{ ...before, version: 2 }]);
    expect(await table.get(replanKey('debian-12'))).toMatchObject({ state: 'DONE' });

    await move(1, 'SIGNALED');
    await requestReplan(table, 'debian-12', 'again');
    expect(await generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect((await patches()).map(({ version }) => version)).toEqual([3]);
  });
});
