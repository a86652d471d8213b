import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../adapters/local/run-command';
import type { ForgedBase, ForgeSource } from '../support/forge/forged-base';
import { DEB_SOURCES, offlineDebBase } from '../support/forge/offline-deb-base';
import { serveDirectory } from '../support/offline-http-server';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { debsOf, importImage, inspectImage, removeImages } from './support/store';
import { textOf, TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

/** Like the kernel headers of a real image: reported as `linux`, and no repository has the floor. */
const KERNEL: ForgeSource = { name: 'linux', binaries: ['linux-libc-dev'], installed: '6.1.1-1', available: '6.1.2-1' };
const KERNEL_FLOOR = '6.1.99-1';
const PLAIN = { sources: [...DEB_SOURCES, KERNEL] };
const FAILING = { failingScript: ['forge-single'] };

describeWithTools(TOOLS, 'patch: what cannot all be fixed', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  const failing = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase(PLAIN);
    await importImage(base.tar, image);
    await importImage((await offlineDebBase(FAILING)).tar, failing);
  });
  afterAll(async () => {
    await removeImages([image, failing]);
  });

  it('fixes the others where the server answers 404 for one package file, and tells which it could not fetch', async () => {
    await withWorkspace(async (workspace) => {
      const { directory, repository, stable } = workspace;
      await runChecked('tar', ['-xf', base.tar, '-C', directory, './srv/repo']);
      const served = join(directory, 'srv/repo');
      await runChecked('sh', ['-c', 'rm "$1"/libforge-pair1_*', 'sh', served]);
      const server = await serveDirectory(served);
      const httpBase = `localhost/${repository}:http-base`;
      try {
        await importImage(base.tar, httpBase, undefined, async (root) => {
          await writeFile(join(root, 'etc/apt/sources.list'), `deb [trusted=yes] ${server.url} ./\n`);
          await rm(join(root, 'srv/repo'), { recursive: true });
        });
        const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
        const first = await workspace.patch(['--findings', findings, '--base', httpBase]);
        expect([first.code, first.image.outcome, first.image.image]).toEqual([1, 'residual', stable]);
        expect(resultsOf(first.image)).toEqual({
          'forge-pair': 'residual: not-fetchable',
          'forge-single': 'fixed',
          'forge-trio': 'fixed',
          'linux-libc-dev': 'fixed',
        });
        expect(await forgedIn(stable)).toEqual({
          'forge-pair-utils': '1:2.4.0-3',
          'forge-single': '1.0-1+deb12u1',
          'forge-stale': '5.0-1',
          'forge-trio': '3.1-1',
          'libforge-pair1': '1:2.4.0-3',
          'libforge-trio-common': '3.1-1',
          'libforge-trio2': '3.1-1',
          'linux-libc-dev': '6.1.2-1',
        });
      } finally {
        server.close();
      }
    });
  });

  it('moves the tag where one floor is in no repository but others were fixed, and leaves a residual with its reason', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const choices = [
        { source: 'forge-single' },
        { source: 'forge-pair', floor: '1:2.4.0-3+deb12u9' },
        { source: 'forge-stale', floor: '5.0-2' },
      ];
      const findings = await workspace.findings(base.eventsFor(choices, { repository }));
      const args = ['--findings', findings, '--base', image];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.image]).toEqual([1, 'residual', stable]);
      expect(resultsOf(first.image)).toEqual({
        'forge-pair': 'residual: fix-not-in-repository',
        'forge-single': 'fixed',
        'forge-stale': 'residual: fix-not-in-repository',
      });
      expect(await forgedIn(stable)).toMatchObject({ 'forge-single': '1.0-1+deb12u1', 'forge-stale': '5.0-1' });

      const promoted = await inspectImage(stable);
      const second = await workspace.patch(args);
      expect(second.image.outcome).toBe('nothing-to-do');
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toEqual(promoted);
    });
  });

  it('does not move the tag where nothing can be fixed at all, and does not build again for it', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const findings = await workspace.findings(
        base.eventsFor([{ source: 'forge-stale', floor: '5.0-2' }], { repository }),
      );
      const args = ['--findings', findings, '--base', image];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.image]).toEqual([1, 'residual', undefined]);
      expect(resultsOf(first.image)).toEqual({ 'forge-stale': 'residual: fix-not-in-repository' });
      expect(await inspectImage(stable)).toBeUndefined();
      await workspace.patch(args);
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toBeUndefined();
    });
  });

  it('builds nothing where no fix is known, and says that the finding is parked', async () => {
    await withWorkspace(async (workspace) => {
      const { repository } = workspace;
      const findings = await workspace.findings(base.eventsFor([{ source: 'forge-stale' }], { repository }));
      const ran = await workspace.patch(['--findings', findings, '--base', image]);
      expect([ran.code, ran.image.outcome, ran.image.parked]).toEqual([0, 'nothing-to-do', { 'no-fix': 1 }]);
      expect(await workspace.builds()).toBe(0);
      expect(await workspace.images()).toEqual([]);
    });
  });

  it('does not move the tag where the script fails, ends with 3 after its attempts, and says why', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const forged = await offlineDebBase(FAILING);
      const args = [
        '--findings',
        await workspace.findings(forged.eventsFor(undefined, { repository })),
        '--base',
        failing,
      ];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.reason]).toEqual([3, 'failed', 'script']);
      expect(first.image.detail).toContain('the run left the package database broken');
      expect(await inspectImage(stable)).toBeUndefined();
      expect(await workspace.images()).toEqual([]);
      expect(await workspace.builds()).toBe(3);
      const again = await workspace.patch(args);
      expect(await workspace.builds()).toBe(3);
      expect(again.image.outcome).not.toBe('patched');
      expect(await inspectImage(stable)).toBeUndefined();
    });
  });

  it('keeps what was promoted before where a later script fails', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const forged = await offlineDebBase(FAILING);
      const good = await workspace.findings(forged.eventsFor([{ source: 'forge-pair' }], { repository }));
      expect((await workspace.patch(['--findings', good, '--base', failing])).code).toBe(0);
      const promoted = await inspectImage(stable);
      expect(promoted).toBeDefined();
      const bad = await workspace.findings(
        forged.eventsFor([{ source: 'forge-single' }], { repository, now: new Date('2026-02-01T00:00:00Z') }),
      );
      const failed = await workspace.patch(['--findings', bad, '--base', failing]);
      expect([failed.code, failed.image.outcome, failed.image.digest]).toEqual([3, 'failed', promoted?.digest]);
      expect(await inspectImage(stable)).toEqual(promoted);
      expect(await forgedIn(stable)).toMatchObject({ 'libforge-pair1': '1:2.4.0-3+deb12u2', 'forge-single': '1.0-1' });
    });
  });

  it('removes a package instead of upgrading it where policy allows that, and never else', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const choices = [{ source: 'forge-single' }, { source: 'linux', floor: KERNEL_FLOOR }];
      const findings = await workspace.findings(base.eventsFor(choices, { repository }));
      const config = await workspace.config({ removable: ['linux-libc-dev'] });
      const ran = await workspace.patch(['--findings', findings, '--base', image, '--config', config]);
      expect([ran.code, ran.image.outcome, ran.image.image]).toEqual([0, 'patched', stable]);
      expect(resultsOf(ran.image)).toEqual({ 'forge-single': 'fixed', 'linux-libc-dev': 'fixed' });
      expect(ran.image.targets.find((target) => target.package === 'linux-libc-dev')?.binaries).toEqual([
        { name: 'linux-libc-dev', before: '6.1.1-1', after: '' },
      ]);
      expect(Object.keys(await forgedIn(stable))).toEqual([
        'forge-pair-utils',
        'forge-single',
        'forge-stale',
        'forge-trio',
        'libforge-pair1',
        'libforge-trio-common',
        'libforge-trio2',
      ]);
    });
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const choices = [{ source: 'forge-single' }, { source: 'linux', floor: KERNEL_FLOOR }];
      const findings = await workspace.findings(base.eventsFor(choices, { repository }));
      const ran = await workspace.patch(['--findings', findings, '--base', image]);
      expect(ran.code).toBe(1);
      expect(resultsOf(ran.image)).toEqual({
        'forge-single': 'fixed',
        'linux-libc-dev': 'residual: fix-not-in-repository',
      });
      expect(await forgedIn(stable)).toHaveProperty('linux-libc-dev');
    });
  });

  it('holds a candidate that breaks the contract: exit 4, no tag, the violation in figures', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const config = await workspace.config({}, { maximumGrowthPercent: 0 });
      const args = ['--findings', findings, '--base', image, '--config', config];
      const first = await workspace.patch(args);
      expect([first.code, first.image.outcome, first.image.reason, first.image.image]).toEqual([
        4,
        'failed',
        'contract-broken',
        undefined,
      ]);
      expect(first.image.contract?.ok).toBe(false);
      expect(first.image.contract?.violations).toEqual([
        expect.stringMatching(/^size grew by .* more than the 0 % allowed$/),
      ]);
      expect(await inspectImage(stable)).toBeUndefined();
      expect(await workspace.images()).toEqual([expect.stringMatching(/:candidate(?:-[0-9a-f]+)?$/)]);
      const evidence = JSON.parse((await textOf(first.image.evidence ?? '')) ?? '') as { contract: { ok: boolean } };
      expect(evidence.contract.ok).toBe(false);

      const again = await workspace.patch(args);
      expect([again.code, await workspace.builds()]).toEqual([4, 1]);

      const relaxed = await workspace.config({});
      const retried = await workspace.patch(['--findings', findings, '--base', image, '--config', relaxed, '--retry']);
      expect([retried.code, retried.image.outcome]).toEqual([0, 'patched']);
      expect(await forgedIn(stable)).toMatchObject({ 'forge-single': '1.0-1+deb12u1' });
      expect(await readFile(first.image.script ?? '', 'utf8')).toContain('# golden-images patch script');
    });
  });
});

async function forgedIn(reference: string): Promise<Record<string, string>> {
  const debs = await debsOf(reference);
  expect(debs.filter(({ status }) => status !== 'ii ')).toEqual([]);
  return Object.fromEntries(
    debs
      .filter(({ name }) => /forge-|^linux-libc-dev$/.test(name))
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ name, version }) => [name, version] as const),
  );
}
