import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { debsOf, importImage, inspectImage, removeImages } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

describeWithTools([...TOOLS, 'podman'], 'patch --engine podman', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  afterAll(async () => {
    await removeImages([image]);
  });

  it('patches a base, as dpkg itself sees it, and has nothing to do the second time', async () => {
    const base = await offlineDebBase();
    await importImage(base.tar, image);
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const args = ['--findings', findings, '--base', image, '--engine', 'podman'];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.detail]).toEqual([0, 'patched', undefined]);
      expect(first.stderr).toContain('with podman');
      expect(first.image).toMatchObject({ image: stable, contract: { ok: true, violations: [] } });
      expect(resultsOf(first.image)).toEqual({ 'forge-pair': 'fixed', 'forge-single': 'fixed', 'forge-trio': 'fixed' });

      const installed = new Map((await debsOf(stable)).map(({ name, version, status }) => [name, status + version]));
      for (const { name, available, installed: old } of base.packages)
        expect([name, installed.get(name)]).toEqual([name, `ii ${available ?? old}`]);
      const promoted = await inspectImage(stable);
      expect(promoted?.digest).toBe(first.image.digest);
      expect(promoted?.layers).toHaveLength(((await inspectImage(image))?.layers.length ?? 0) + 1);
      expect((await workspace.images()).filter((name) => name.includes('candidate'))).toEqual([]);

      const second = await workspace.patch(args);
      expect([second.code, second.image.outcome, second.image.digest]).toEqual([0, 'nothing-to-do', promoted?.digest]);
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toEqual(promoted);
    });
  });
});
