import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { runCli } from './support/cli';
import { importImage, inspectImage, removeImages } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

describeWithTools(TOOLS, 'operating: approve, rebuild, roll back, with an engine', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase();
    await importImage(base.tar, image);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  it('builds what was approved, builds it again when asked, and moves the tag back', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable, state } = workspace;
      const config = await workspace.config({ mode: 'approve' });
      const name = repository.replaceAll('/', '-');
      const events = base.eventsFor([{ source: 'forge-single' }], { repository });
      const args = ['--findings', await workspace.findings(events), '--base', image, '--config', config];
      const operate = async (...words: string[]): Promise<Record<string, unknown>> => {
        const { code, stdout, stderr } = await runCli([...words, '--state', state, '--config', config, '--json']);
        if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
        return JSON.parse(stdout) as Record<string, unknown>;
      };

      const asked = await workspace.patch(args);
      expect([asked.code, asked.image.outcome]).toEqual([0, 'awaiting-approval']);
      expect([await workspace.builds(), await inspectImage(stable)]).toEqual([0, undefined]);

      expect(await operate('approve', name, '1', '--reason', 'change 1', '--by', 'alice')).toMatchObject({
        state: 'READY',
      });
      const patched = await workspace.patch(args);
      expect([patched.code, patched.image.outcome, await workspace.builds()]).toEqual([0, 'patched', 1]);
      expect((await inspectImage(stable))?.digest).toBe(patched.image.digest);
      expect(await operate('evidence', '--image', name)).toMatchObject({
        patch: 1,
        approval: { by: 'alice' },
        script: { sha256: patched.image.patchId, verified: true },
      });

      expect(await operate('rebuild', '--image', name, '--reason', 'certificates')).toMatchObject({ patch: 2 });
      const rebuilt = await workspace.patch(args);
      expect([rebuilt.code, await workspace.builds()]).toEqual([0, 2]);
      expect(rebuilt.image.digest).not.toBe(patched.image.digest);
      expect((await inspectImage(stable))?.digest).toBe(rebuilt.image.digest);
      expect(await operate('status')).toMatchObject({
        images: { [name]: { promoted: { patch: 2 }, previous: patched.image.digest, fixed: 1, open: [] } },
      });

      expect(await operate('rollback', '--image', name, '--reason', 'worse')).toMatchObject({
        ...{ did: 'rolled-back', digest: patched.image.digest, from: rebuilt.image.digest, patch: 2 },
      });
      expect((await inspectImage(stable))?.digest).toBe(patched.image.digest);
      const after = await workspace.patch(args);
      expect([after.code, after.image.digest, await workspace.builds()]).toEqual([0, patched.image.digest, 2]);
    });
  });
});
