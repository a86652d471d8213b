import type { ForgeSource } from '../support/forge/forged-base';
import { zypperBase } from '../support/forge/zypper-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { filesOf, importImage, inspectImage, removeImages, rpmAtLeast, rpmsOf } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

/** Eight sources, every second with two binaries; releases that only rpm's own order sorts rightly. */
const UPDATES: readonly ForgeSource[] = Array.from({ length: 8 }, (_, index) => {
  const name = `forge-many-${String.fromCharCode(97 + index)}`;
  const epoch = index % 4 === 1 ? '1:' : '';
  return {
    name,
    binaries: index % 2 === 0 ? [name] : [name, `lib${name}1`],
    installed: `${epoch}1.9.0-150700.3.9.1`,
    available: index % 3 === 0 ? `${epoch}1.10.0-150700.1.1` : `${epoch}1.9.0-150700.3.10.1`,
  };
});
const NEWER = { installed: '1.0-150700.1.1', available: '1.0-150700.1.2' };
const OPTIONS = {
  sources: [
    ...UPDATES,
    { name: 'forge-gone', binaries: ['forge-gone'], ...NEWER },
    { name: 'forge-bad', binaries: ['forge-bad'], ...NEWER },
    { name: 'forge-held', binaries: ['forge-held'], ...NEWER },
    { name: 'forge-unmet', binaries: ['forge-unmet'], ...NEWER },
    { name: 'forge-stale', binaries: ['forge-stale'], installed: '5.0-150700.1.1' },
  ],
  missingFile: ['forge-gone'],
  failingScript: ['forge-bad'],
  held: ['forge-held'],
  unmetDependency: ['forge-unmet'],
};

describeWithTools([...TOOLS, 'rpm', 'rpmbuild', 'createrepo_c'], 'patch: a real zypper and a local repository', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;

  beforeAll(async () => {
    await importImage((await zypperBase(OPTIONS)).tar, image);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  it('brings every package to its floor, leaves nothing behind, and a second run builds nothing', async () => {
    const base = await zypperBase(OPTIONS);
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const packages = base.packages.filter(({ source }) => UPDATES.some(({ name }) => name === source));
      const choices = UPDATES.map(({ name }) => ({ source: name }));
      const findings = await workspace.findings(base.eventsFor(choices, { repository }));
      const args = ['--findings', findings, '--base', image];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.image]).toEqual([0, 'patched', stable]);
      expect(resultsOf(first.image)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, 'fixed'])));

      const before = await rpmsOf(image);
      const after = await rpmsOf(stable);
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
      for (const { name, available } of packages) {
        expect([name, await rpmAtLeast(before.get(name)!, available!)]).toEqual([name, false]);
        expect([name, await rpmAtLeast(after.get(name)!, available!)]).toEqual([name, true]);
      }
      expect(after.get('forge-stale')).toBe('0:5.0-150700.1.1');
      const had = await filesOf(image);
      expect([...(await filesOf(stable))].filter((path) => !had.has(path))).toEqual([]);

      const result = await inspectImage(stable);
      const second = await workspace.patch(args);
      expect([second.code, second.image.outcome, second.stderr]).toEqual([0, 'nothing-to-do', '']);
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toEqual(result);
    });
  });

  it('fixes the others where a file is missing, a script fails, a lock holds, and a fix is in no repository', async () => {
    const base = await zypperBase(OPTIONS);
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const choices = [
        { source: 'forge-many-a' },
        { source: 'forge-gone' },
        { source: 'forge-bad' },
        { source: 'forge-held' },
        { source: 'forge-unmet' },
        { source: 'forge-stale', floor: '5.0-150700.1.2' },
      ];
      const findings = await workspace.findings(base.eventsFor(choices, { repository }));
      const run = await workspace.patch(['--findings', findings, '--base', image]);
      expect([run.code, run.image.outcome, run.image.image]).toEqual([1, 'residual', stable]);
      expect(resultsOf(run.image)).toEqual({
        'forge-many-a': 'fixed',
        'forge-gone': 'residual: not-fetchable',
        'forge-bad': 'residual: below-floor',
        'forge-held': 'residual: held',
        'forge-unmet': 'residual: conflict',
        'forge-stale': 'residual: fix-not-in-repository',
      });
      const after = await rpmsOf(stable);
      expect(after.get('forge-many-a')).toBe('0:1.10.0-150700.1.1');
      for (const name of ['forge-gone', 'forge-bad', 'forge-held', 'forge-unmet']) {
        expect([name, after.get(name)]).toEqual([name, '0:1.0-150700.1.1']);
      }
    });
  });
});
