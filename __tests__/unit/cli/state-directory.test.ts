import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKnownState, openStateDirectory } from '../../../cli/run/state-directory';
import { BadInputError } from '../../../domain/errors';
import { makeItem } from '../table/samples';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-state-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('a state directory', () => {
  it('is made with those above it', async () => {
    const state = await openStateDirectory(join(directory, 'a/b/c'));
    state.close();
    expect(readdirSync(join(directory, 'a/b'))).toEqual(['c']);
  });

  it('is refused at once where no directory can be made, and where a file is in its place', async () => {
    // Node's own recursive mkdir tries for ever below /proc.
    await expect(openStateDirectory('/proc/golden-images/state')).rejects.toThrow(/cannot create \/proc/);
    writeFileSync(join(directory, 'file'), '');
    for (const path of ['file', 'file/below'])
      await expect(openStateDirectory(join(directory, path))).rejects.toThrow(BadInputError);
  });

  it('is taken away again by the run that has made it, with the directories that it made', async () => {
    mkdirSync(join(directory, 'kept'));
    const state = await openStateDirectory(join(directory, 'kept/a/b'));
    await state.discard();
    expect(readdirSync(join(directory, 'kept'))).toEqual([]);
  });

  it('stays where anything was written, or where it was there before', async () => {
    const path = join(directory, 'state');
    const first = await openStateDirectory(path);
    await first.table.put(makeItem(), 0);
    await first.discard();
    const second = await openStateDirectory(path);
    await second.table.delete(makeItem(), 1);
    await second.discard();
    expect(readdirSync(path)).toEqual(['table.sqlite']);
  });

  it('of an earlier run has to be there', async () => {
    await expect(openKnownState(join(directory, 'none'), { writes: false })).rejects.toThrow(
      'there is no state of an earlier run',
    );
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that is only looked at takes no write', async () => {
    (await openStateDirectory(join(directory, 'state'))).close();
    const state = await openKnownState(join(directory, 'state'), { writes: false });
    await expect(state.table.put(makeItem(), 0)).rejects.toThrow('must not be written');
    state.close();
  });
});
