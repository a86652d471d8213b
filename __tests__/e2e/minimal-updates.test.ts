import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installShim } from '../support/dnf-shims';
import { dnfBase } from '../support/forge/dnf-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { importImage, removeImages, rpmAtLeast, rpmsOf } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

/** Where the real dnf goes, so that nobody finds it as a package manager. */
const HIDDEN = 'usr/lib/hidden-dnf';

describeWithTools(
  [...TOOLS, 'rpm', 'rpmbuild', 'createrepo_c', 'dnf'],
  'patch: bases that have only a relative of dnf (a shim in front of a real dnf)',
  () => {
    const images: string[] = [];
    afterAll(async () => {
      await removeImages(images);
    });

    it.each(['microdnf', 'yum'] as const)('%s alone is found in the base and used', async (manager) => {
      const base = await dnfBase();
      const image = `localhost/${uniqueRepository()}-base:1`;
      images.push(image);
      await importImage(base.tar, image, [], async (root) => {
        await rename(join(root, 'usr/bin/dnf-3'), join(root, HIDDEN));
        await rm(join(root, 'usr/bin/dnf'));
        await rm(join(root, 'usr/bin/apt-get'), { force: true });
        installShim(root, manager, `/${HIDDEN}`);
      });
      await withWorkspace(async (workspace) => {
        const findings = await workspace.findings(base.eventsFor(undefined, { repository: workspace.repository }));
        const run = await workspace.patch(['--findings', findings, '--base', image]);
        expect([run.code, run.image.outcome, run.image.detail]).toEqual([0, 'patched', undefined]);
        expect(new Set(run.image.targets.map(({ ecosystem }) => ecosystem))).toEqual(new Set([manager]));
        const updated = base.packages.filter(({ available }) => available !== undefined);
        expect(resultsOf(run.image)).toEqual(Object.fromEntries(updated.map(({ name }) => [name, 'fixed'])));
        const after = await rpmsOf(workspace.stable);
        for (const { name, available } of updated)
          expect([name, await rpmAtLeast(after.get(name) ?? '', available ?? '')]).toEqual([name, true]);
      });
    });
  },
);
