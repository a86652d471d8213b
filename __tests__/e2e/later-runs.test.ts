import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import { debsOf, importImage, inspectImage, removeImages } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

describeWithTools(TOOLS, 'patch: one run after another', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase();
    await importImage(base.tar, image);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  it('builds again for a finding that comes after the promotion, and keeps the first fixes in one layer', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const first = await workspace.findings(base.eventsFor([{ source: 'forge-single' }], { repository }));
      const one = await workspace.patch(['--findings', first, '--base', image]);
      expect([one.code, one.image.outcome, resultsOf(one.image)]).toEqual([0, 'patched', { 'forge-single': 'fixed' }]);
      expect(await versionsIn(stable)).toMatchObject({ 'forge-single': '1.0-1+deb12u1', 'forge-trio': '3.1~rc2-2+b1' });

      const later = { repository, now: new Date('2026-01-16T12:00:00Z') };
      const second = await workspace.findings(base.eventsFor([{ source: 'forge-trio' }], later));
      const two = await workspace.patch(['--findings', second, '--base', image]);
      expect([two.code, two.image.outcome]).toEqual([0, 'patched']);
      expect(two.image.patchId).not.toBe(one.image.patchId);
      expect(two.image.digest).not.toBe(one.image.digest);
      expect(resultsOf(two.image)).toMatchObject({ 'forge-trio': 'fixed' });
      expect(await versionsIn(stable)).toEqual({
        'forge-pair-utils': '1:2.4.0-3',
        'forge-single': '1.0-1+deb12u1',
        'forge-stale': '5.0-1',
        'forge-trio': '3.1-1',
        'libforge-pair1': '1:2.4.0-3',
        'libforge-trio-common': '3.1-1',
        'libforge-trio2': '3.1-1',
      });
      expect((await inspectImage(stable))?.digest).toBe(two.image.digest);
      expect((await inspectImage(stable))?.layers).toHaveLength(((await inspectImage(image))?.layers.length ?? 0) + 1);
      expect(await workspace.builds()).toBe(2);
    });
  });

  it('builds nothing for a finding that comes after the promotion and that the promoted image has fixed already', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const first = await workspace.findings(base.eventsFor([{ source: 'forge-single' }], { repository }));
      await workspace.patch(['--findings', first, '--base', image]);
      const promoted = await inspectImage(stable);
      const later = { repository, now: new Date('2026-01-16T12:00:00Z') };
      const choices = [{ source: 'forge-single', vulnerabilities: ['CVE-2026-900001'] }];
      const second = await workspace.findings(base.eventsFor(choices, later));
      const two = await workspace.patch(['--findings', second, '--base', image]);
      expect([two.code, two.image.outcome, two.image.digest]).toEqual([0, 'nothing-to-do', promoted?.digest]);
      expect(await workspace.builds()).toBe(1);
      expect(await inspectImage(stable)).toEqual(promoted);
    });
  });

  it('makes one patch of one finding a run or of all findings in one run', async () => {
    await withWorkspace(async (workspace) => {
      const { repository } = workspace;
      const all = base.eventsFor(undefined, { repository });
      const args: string[] = [];
      for (const event of [...all].reverse()) args.push(await workspace.findings([event, event]));
      const ran = await workspace.patch(['--findings', ...args, '--base', image]);
      expect([ran.code, ran.image.outcome, ran.report.duplicates]).toEqual([0, 'patched', all.length]);
      expect(await workspace.builds()).toBe(1);
    });
  });

  it('stops after the signal without an engine, and a later run with one goes on with the same patch', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable, state } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const args = ['--findings', findings, '--base', image];
      for (let time = 0; time < 2; time++) {
        const stopped = await workspace.patch([...args, '--engine', 'none']);
        expect([stopped.code, stopped.image.outcome, stopped.image.image]).toEqual([0, 'not-built', undefined]);
        expect(await workspace.images()).toEqual([]);
        expect(await workspace.builds()).toBe(0);
      }
      const scripts = join(state, 'scripts', encodeURIComponent(repository));
      const before = await readdir(scripts);
      expect(before).toHaveLength(1);

      const ran = await workspace.patch(args);
      expect([ran.code, ran.image.outcome, ran.image.image]).toEqual([0, 'patched', stable]);
      expect(await readdir(scripts)).toEqual(before);
      expect(before).toEqual([`${ran.image.patchId ?? ''}.sh`]);
      expect(await workspace.builds()).toBe(1);
      expect(await versionsIn(stable)).toMatchObject({ 'forge-single': '1.0-1+deb12u1', 'forge-trio': '3.1-1' });
    });
  });

  it('only records what it would do in mode observe, and waits in mode approve', async () => {
    for (const [mode, outcome] of [
      ['observe', 'observed'],
      ['approve', 'awaiting-approval'],
    ]) {
      await withWorkspace(async (workspace) => {
        const { repository } = workspace;
        const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
        const config = await workspace.config({ mode });
        const ran = await workspace.patch(['--findings', findings, '--base', image, '--config', config]);
        expect([ran.code, ran.image.outcome]).toEqual([0, outcome]);
        expect(ran.image.targets.map((target) => target.package)).toEqual(['forge-pair', 'forge-single', 'forge-trio']);
        expect(await workspace.builds()).toBe(0);
        expect(await workspace.images()).toEqual([]);
      });
    }
  });
});

async function versionsIn(reference: string): Promise<Record<string, string>> {
  const forged = (await debsOf(reference)).filter(({ name }) => name.includes('forge-'));
  expect(forged.every(({ status }) => status === 'ii ')).toBe(true);
  return Object.fromEntries(forged.map(({ name, version }) => [name, version]));
}
