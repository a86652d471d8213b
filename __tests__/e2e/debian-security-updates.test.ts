import { join } from 'node:path';
import { debianBase } from '../support/forge/debian-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { debAtLeast, debsOf, filesOf, inspectImage, ownedByDebs } from './support/store';
import { textOf, TOOLS, withWorkspace } from './support/workspace';

/** What the packages' own scripts make, and dpkg and apt write down. */
const MADE_BY_PACKAGES =
  /^(?:etc\/ssl\/certs\/|etc\/ca-certificates\.conf\.dpkg-old$|var\/lib\/dpkg\/info\/|var\/lib\/apt\/extended_states$)/;

describeWithTools([...TOOLS, 'apt-get'], 'patch: a real Debian with its real pending security updates', () => {
  it('brings every binary of every source to its floor, leaves nothing else behind, and a second run builds nothing', async () => {
    const base = await debianBase();
    expect(base.pending.length).toBeGreaterThanOrEqual(15);
    await withWorkspace(async (workspace) => {
      const { repository, stable, state } = workspace;
      const args = ['--findings', await workspace.findings(base.eventsFor({ repository })), '--base', base.tar];
      const first = await workspace.patch(args);

      // what the run says
      expect(first.code).toBe(0);
      expect(first.image).toMatchObject({ outcome: 'patched', image: stable, author: 'rules', parked: {} });
      expect(first.image.contract).toEqual({ ok: true, violations: [] });
      expect(new Set(Object.values(resultsOf(first.image)))).toEqual(new Set(['fixed']));
      const settled = first.image.targets.map(({ floor, vulnerabilities }) => [floor, ...vulnerabilities].join(' '));
      const pending = base.pending.map((one) => [one.candidateSource, ...one.vulnerabilities.toSorted()].join(' '));
      expect(settled.toSorted()).toEqual(pending.toSorted());

      // what dpkg says
      const installed = await debsOf(stable);
      expect(installed.filter(({ status }) => status !== 'ii ')).toEqual([]);
      let judged = 0;
      for (const { source, candidateSource, binaries } of base.pending) {
        const ofSource = installed.filter((deb) => deb.source === source);
        expect(ofSource.map(({ name }) => name)).toEqual(expect.arrayContaining(binaries.map(({ binary }) => binary)));
        for (const { name, sourceVersion } of ofSource) {
          expect([name, sourceVersion, await debAtLeast(sourceVersion, candidateSource)]).toEqual([
            name,
            sourceVersion,
            true,
          ]);
          judged++;
        }
      }
      expect(judged).toBeGreaterThan(base.pending.length);

      // what is in the store
      const result = await inspectImage(stable);
      expect(first.image.digest).toBe(result?.digest);
      expect(await textOf(first.image.script ?? '')).toContain('# attempt: 1\n');
      expect(JSON.parse((await textOf(first.image.evidence ?? '')) ?? '')).toMatchObject({
        to: { digest: result?.digest },
      });
      expect(first.image.script?.startsWith(join(state, 'scripts'))).toBe(true);

      const images = await workspace.images();
      const second = await workspace.patch(args);
      expect([second.code, second.image.outcome]).toEqual([0, 'nothing-to-do']);
      expect(second.stderr).toBe('');
      expect(second.image).toMatchObject({ image: stable, digest: result?.digest });
      expect(second.report.duplicates).toBeGreaterThanOrEqual(base.events.length);
      expect(await workspace.images()).toEqual(images);
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toEqual(result);

      // what the layer brought that no package owns
      const imported = (await workspace.images()).find((name) => name.startsWith('localhost/golden-images-base/'))!;
      const before = await filesOf(imported);
      const owned = await ownedByDebs(stable);
      const added = [...(await filesOf(stable))].filter((path) => !before.has(path) && !owned.has(path));
      expect(added.filter((path) => !MADE_BY_PACKAGES.test(path))).toEqual([]);
      expect((await inspectImage(imported))?.layers).toEqual(result?.layers.slice(0, -1));
    });
  });
});
