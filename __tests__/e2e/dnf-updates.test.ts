import { dnfBase } from '../support/forge/dnf-base';
import type { ForgeSource } from '../support/forge/forged-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { filesOf, importImage, inspectImage, removeImages, rpmAtLeast, rpmsOf } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

/** Sixteen sources, every second with two binaries; releases that only rpm's own order sorts rightly. */
const UPDATES: readonly ForgeSource[] = Array.from({ length: 16 }, (_, index) => {
  const name = `forge-many-${String.fromCharCode(97 + index)}`;
  const epoch = index % 4 === 1 ? '1:' : '';
  return {
    name,
    binaries: index % 2 === 0 ? [name] : [name, `${name}-libs`],
    installed: `${epoch}1.9.0-1.amzn2023.0.9`,
    available: index % 3 === 0 ? `${epoch}1.10.0-1.amzn2023.0.1` : `${epoch}1.9.0-1.amzn2023.0.10`,
  };
});
const MISSING: ForgeSource = { name: 'forge-gone', binaries: ['forge-gone'], installed: '1.0-1', available: '1.0-2' };
const FAILING: ForgeSource = { name: 'forge-bad', binaries: ['forge-bad'], installed: '1.0-1', available: '1.0-2' };
const STALE: ForgeSource = { name: 'forge-stale', binaries: ['forge-stale'], installed: '5.0-1' };
const OPTIONS = {
  sources: [...UPDATES, MISSING, FAILING, STALE],
  missingFile: ['forge-gone'],
  failingScript: ['forge-bad'],
};

describeWithTools(
  [...TOOLS, 'rpm', 'rpmbuild', 'createrepo_c', 'dnf'],
  'patch: a real dnf and a local repository',
  () => {
    const image = `localhost/${uniqueRepository()}-base:1`;

    beforeAll(async () => {
      await importImage((await dnfBase(OPTIONS)).tar, image);
    });
    afterAll(async () => {
      await removeImages([image]);
    });

    it('brings every package to its floor, leaves no caches behind, and a second run builds nothing', async () => {
      const base = await dnfBase(OPTIONS);
      await withWorkspace(async (workspace) => {
        const { repository, stable } = workspace;
        const packages = base.packages.filter(({ source }) => UPDATES.some(({ name }) => name === source));
        const findings = await workspace.findings(
          base.eventsFor(
            UPDATES.map(({ name }) => ({ source: name })),
            { repository },
          ),
        );
        const args = ['--findings', findings, '--base', image];
        const first = await workspace.patch(args);
        expect([first.code, first.image.outcome, first.image.image]).toEqual([0, 'patched', stable]);
        expect(resultsOf(first.image)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, 'fixed'])));

        const before = await rpmsOf(image);
        const after = await rpmsOf(stable);
        expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
        for (const { name, installed, available } of packages) {
          expect([name, await rpmAtLeast(before.get(name)!, available!)]).toEqual([name, false]);
          expect([name, await rpmAtLeast(after.get(name)!, available!)]).toEqual([name, true]);
          expect(await rpmAtLeast(before.get(name)!, installed)).toBe(true);
        }
        expect(after.get('forge-stale')).toBe('0:5.0-1');

        const had = await filesOf(image);
        const added = [...(await filesOf(stable))].filter((path) => !had.has(path));
        expect(added.filter((path) => !path.startsWith('var/lib/dnf/history.sqlite'))).toEqual([]);

        const result = await inspectImage(stable);
        const second = await workspace.patch(args);
        expect([second.code, second.image.outcome, second.stderr]).toEqual([0, 'nothing-to-do', '']);
        expect(second.report.duplicates).toBe(packages.length);
        expect(await workspace.builds()).toBe(1);
        expect(await inspectImage(stable)).toEqual(result);
      });
    });

    it('fixes the others where a package file is missing, a package script fails and floors are in no repository', async () => {
      const base = await dnfBase(OPTIONS);
      await withWorkspace(async (workspace) => {
        const { repository, stable } = workspace;
        const choices = [
          { source: 'forge-many-a' },
          { source: 'forge-gone' },
          { source: 'forge-bad' },
          { source: 'forge-stale', floor: '5.0-2' },
          { source: 'forge-many-b', floor: '1:9.0-1' },
        ];
        const findings = await workspace.findings(base.eventsFor(choices, { repository }));
        const run = await workspace.patch(['--findings', findings, '--base', image]);
        expect([run.code, run.image.outcome, run.image.image]).toEqual([1, 'residual', stable]);
        expect(resultsOf(run.image)).toEqual({
          'forge-many-a': 'fixed',
          'forge-gone': 'residual: not-fetchable',
          'forge-bad': 'residual: below-floor',
          'forge-stale': 'residual: fix-not-in-repository',
          'forge-many-b': 'residual: fix-not-in-repository',
          'forge-many-b-libs': 'residual: fix-not-in-repository',
        });
        const after = await rpmsOf(stable);
        expect(
          Object.fromEntries([...after].filter(([name]) => /^forge-(?:many-[ab]|gone|bad|stale)/.test(name))),
        ).toEqual({
          'forge-many-a': '0:1.10.0-1.amzn2023.0.1',
          'forge-gone': '0:1.0-1',
          'forge-bad': '0:1.0-1',
          'forge-stale': '0:5.0-1',
          'forge-many-b': '1:1.9.0-1.amzn2023.0.10',
          'forge-many-b-libs': '1:1.9.0-1.amzn2023.0.10',
        });
      });
    });
  },
);
