import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { apt } from '../../domain/ecosystems/apt';
import { parseDpkgStatus } from '../../domain/ecosystems/apt/database';
import type { InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { judgeTargets } from '../../domain/proof/judge-targets';
import type { ScriptInput } from '../../domain/script/script-input';
import type { Shell } from '../support/chroot-root';
import { buildDebianRoot, filesOf, inRoot, makeWorkDirectory, withFreshRoot } from '../support/chroot-root';
import type { DebPackage } from '../support/offline-deb-repository';
import { buildDeb, writeDebRepository } from '../support/offline-deb-repository';
import { type Patched, patchWithLines, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';

const SOURCE = 'delta (2.0-1)';

function plain(version: string, ...names: string[]): DebPackage[] {
  return names.map((name) => ({ name, version }));
}

const OLD: readonly DebPackage[] = [
  ...plain('1.0', 'libfoo-dev', 'solo', 'helper', 'rival', 'pinned', 'leaf', 'tool', 'stubborn', 'clash', 'bystander'),
  { name: 'libfoo-user', version: '1.0', fields: { Depends: 'libfoo-dev' } },
  { name: 'user-of-tool', version: '1.0', fields: { Depends: 'tool' } },
  { name: 'libdelta1t64', version: '1.0-1', fields: { Source: SOURCE } },
  { name: 'delta-dev', version: '2.0-1', fields: { Source: 'delta' } },
  { name: 'libhigh', version: '2:1.02-2', fields: { Source: 'high (2.03-2)' } },
  { name: 'liblow', version: '2:2.6+low4.17-1', fields: { Source: 'low (2:4.17-1)' } },
];
const FRESH: readonly DebPackage[] = [
  ...plain('1.1', 'solo', 'helper', 'pinned', 'stubborn', 'libfoo-dev'),
  { name: 'rival', version: '1.1', fields: { Conflicts: 'helper (<< 1.1)' } },
  { name: 'clash', version: '1.1', fields: { Conflicts: 'bystander' } },
  { name: 'libdelta1t64', version: '1.1-1', fields: { Source: 'delta (2.1-1)' } },
  { name: 'delta-dev', version: '2.1-1', fields: { Source: 'delta' } },
  { name: 'libhigh', version: '2:1.02-3', fields: { Source: 'high (2.03-3)' } },
  { name: 'liblow', version: '2:2.6+low4.17-2', fields: { Source: 'low (2:4.17-2)' } },
];

describeWithTools(['mmdebstrap', 'dpkg-deb', 'dpkg-scanpackages', 'unshare', 'chroot', 'busybox'], 'apt script', () => {
  let work = '';
  let base = '';

  beforeAll(() => {
    work = makeWorkDirectory();
    base = buildDebianRoot(work, ['busybox']);
    mkdirSync(join(base, 'old'));
    for (const one of OLD) buildDeb(work, join(base, 'old'), one);
    expect(inRoot(base, ['sh', '-c', 'dpkg -i /old/*.deb && apt-mark hold pinned'])).toMatchObject({ code: 0 });
    rmSync(join(base, 'old'), { recursive: true });
    writeDebRepository(work, base, FRESH);
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  /** Runs the script of an input and checks that proof from outside says the same of every target. */
  function patch(root: string, shell: Shell, input: Pick<ScriptInput, 'targets' | 'companions'>): Patched {
    const before = installed(root);
    const script = apt.renderScript({ image: 'debian-12', planHash: 'c3'.repeat(32), attempt: 1, ...input });
    const patched = patchWithLines(root, script, shell, input.targets);
    const targets = input.targets.map((target) => ({ ...target, ecosystem: 'apt', vulnerabilities: [] }));
    const outcomes = judgeTargets(targets, before, installed(root), apt, new Map());
    expect(outcomes.map(({ package: name, result }) => [name, result])).toEqual(
      patched.results.map(({ package: name, result }) => [name, result]),
    );
    return patched;
  }

  function installed(root: string): InstalledPackage[] {
    return parseDpkgStatus(readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8'));
  }

  function versions(root: string, ...names: string[]): string[] {
    const known = new Map(installed(root).map(({ name, version }) => [name, version]));
    return names.map((name) => known.get(name) ?? 'gone');
  }

  describe.each(['dash', 'busybox'] as const)('with companions under %s', (shell) => {
    test('removes a target together with what depends on it; alone it would stay, and be raised', () => {
      withFreshRoot(base, (root) => {
        expect(patch(root, shell, { targets: [remove('libfoo-dev', '1.1')] }).byName).toEqual({
          'libfoo-dev': 'fixed',
        });
        expect(versions(root, 'libfoo-dev', 'libfoo-user')).toEqual(['1.1', '1.0']);
      });
      withFreshRoot(base, (root) => {
        const { byName, ran } = patch(root, shell, {
          targets: [remove('libfoo-dev', '1.1')],
          companions: { upgrade: [], remove: ['libfoo-user'] },
        });
        expect([byName, ran.code]).toEqual([{ 'libfoo-dev': 'fixed' }, 0]);
        expect(versions(root, 'libfoo-dev', 'libfoo-user', 'leaf')).toEqual(['gone', 'gone', '1.0']);
      });
      withFreshRoot(base, (root) => {
        const { byName } = patch(root, shell, {
          targets: [remove('libfoo-dev', '1.1')],
          companions: { upgrade: [], remove: ['tool', 'libfoo-user'] },
        });
        expect(byName).toEqual({ 'libfoo-dev': 'fixed' });
        expect(versions(root, 'libfoo-dev', 'libfoo-user', 'tool')).toEqual(['gone', 'gone', '1.0']);
      });
    });

    test('raises companions together with a target, held and absent ones left alone', () => {
      withFreshRoot(base, (root) => {
        const { byName, results, ran } = patch(root, shell, {
          targets: [upgrade('rival', '1.1')],
          companions: { upgrade: ['helper', 'stubborn', 'pinned', 'nowhere'], remove: [] },
        });
        expect([byName, ran.code]).toEqual([{ rival: 'fixed' }, 0]);
        expect(results[0]?.binaries.map(({ name }) => name)).toEqual(['rival']);
        expect(versions(root, 'rival', 'helper', 'stubborn')).toEqual(['1.1', '1.1', '1.1']);
        expect(versions(root, 'pinned', 'solo', 'nowhere')).toEqual(['1.0', '1.0', 'gone']);
      });
    });

    test('a companion that cannot be raised keeps no target back, in one transaction or target by target', () => {
      withFreshRoot(base, (root) => {
        const companions = { upgrade: ['clash'], remove: [] };
        expect(patch(root, shell, { targets: [upgrade('solo', '1.1')], companions }).byName).toEqual({ solo: 'fixed' });
        expect(versions(root, 'solo', 'clash', 'bystander')).toEqual(['1.1', '1.0', '1.0']);
      });
      withFreshRoot(base, (root) => {
        const { byName, ran } = patch(root, shell, {
          targets: [upgrade('rival', '1.1'), upgrade('clash', '1.1'), upgrade('solo', '1.1')],
          companions: { upgrade: ['helper'], remove: [] },
        });
        expect([byName, ran.code]).toEqual([{ rival: 'fixed', clash: 'residual conflict', solo: 'fixed' }, 0]);
        expect(versions(root, 'helper', 'bystander')).toEqual(['1.1', '1.0']);
      });
    });

    test('touches nothing where no target needs anything', () => {
      withFreshRoot(base, (root) => {
        const before = filesOf(root);
        const { byName, ran } = patch(root, shell, {
          targets: [upgrade('solo', '1.0'), upgrade('pinned', '1.1'), remove('nowhere', '1')],
          companions: { upgrade: ['helper'], remove: ['leaf'] },
        });
        expect(byName).toEqual({ solo: 'already-fixed', pinned: 'residual held', nowhere: 'not-installed' });
        expect(ran).toMatchObject({ code: 10, stderr: expect.not.stringContaining('apt-get') as string });
        expect(versions(root, 'helper', 'leaf')).toEqual(['1.0', '1.0']);
        expect(filesOf(root)).toEqual(before);
      });
    });

    test('removes build tools beside an upgrade; what others need stays and fails nothing', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran } = patch(root, shell, {
          targets: [upgrade('solo', '1.1')],
          companions: { upgrade: [], remove: ['leaf', 'tool', 'pinned'] },
        });
        expect([byName, ran.code]).toEqual([{ solo: 'fixed' }, 0]);
        expect(versions(root, 'leaf', 'tool', 'user-of-tool', 'pinned')).toEqual(['gone', '1.0', '1.0', '1.0']);
      });
    });

    test('a removal that a target cannot take part in happens all the same', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran } = patch(root, shell, {
          targets: [remove('tool', '1.1'), upgrade('solo', '1.1')],
          companions: { upgrade: [], remove: ['leaf'] },
        });
        expect([byName, ran.code]).toEqual([{ tool: 'residual conflict', solo: 'fixed' }, 0]);
        expect(versions(root, 'leaf', 'tool')).toEqual(['gone', '1.0']);
      });
    });

    test('judges a binary by the version of its source, which its own version may be above or below', () => {
      withFreshRoot(base, (root) => {
        const targets = [upgrade('libhigh', '2.03-3'), upgrade('liblow', '2:4.17-2')];
        const { byName, ran } = patch(root, shell, { targets });
        expect([byName, ran.code]).toEqual([{ libhigh: 'fixed', liblow: 'fixed' }, 0]);
        expect(versions(root, 'libhigh', 'liblow')).toEqual(['2:1.02-3', '2:2.6+low4.17-2']);
        expect(patch(root, shell, { targets }).byName).toEqual({ libhigh: 'already-fixed', liblow: 'already-fixed' });
        const unmet = patch(root, shell, { targets: [upgrade('libhigh', '2.03-4'), upgrade('liblow', '2:4.17-3')] });
        expect([unmet.byName, unmet.ran.code]).toEqual([
          { libhigh: 'residual fix-not-in-repository', liblow: 'residual fix-not-in-repository' },
          10,
        ]);
      });
    });

    test('a target that has another name now is raised and judged by the source of that binary', () => {
      withFreshRoot(base, (root) => {
        const target = { ...upgrade('libdelta1', '2.1-1'), replacedBy: 'libdelta1t64' };
        expect(patch(root, shell, { targets: [upgrade('libdelta1', '2.1-1')] }).byName).toEqual({
          libdelta1: 'not-installed',
        });
        const { byName, results } = patch(root, shell, { targets: [target] });
        expect(byName).toEqual({ libdelta1: 'fixed' });
        expect(results[0]?.binaries).toEqual([{ name: 'libdelta1t64', arch: 'all', before: '1.0-1', after: '1.1-1' }]);
        const unmet = patch(root, shell, { targets: [{ ...target, floor: '2.2' }] });
        expect(unmet.byName).toEqual({ libdelta1: 'residual fix-not-in-repository' });
      });
    });

    test('with the source known too, its other binaries are raised as well', () => {
      withFreshRoot(base, (root) => {
        const target = { ...upgrade('libdelta1', '2.1-1', 'delta'), replacedBy: 'libdelta1t64' };
        const { byName, results } = patch(root, shell, { targets: [target] });
        expect(byName).toEqual({ libdelta1: 'fixed' });
        expect(results[0]?.binaries.map(({ name, after }) => `${name} ${after}`)).toEqual([
          'delta-dev 2.1-1',
          'libdelta1t64 1.1-1',
        ]);
      });
    });

    test('a binary of a target that is taken out leaves the rest to be raised', () => {
      withFreshRoot(base, (root) => {
        const { byName, results, ran } = patch(root, shell, {
          targets: [upgrade('delta', '2.1-1')],
          companions: { upgrade: [], remove: ['delta-dev'] },
        });
        expect([byName, ran.code]).toEqual([{ delta: 'fixed' }, 0]);
        expect(results[0]?.binaries.map(({ name, after }) => `${name} ${after}`)).toEqual([
          'libdelta1t64 1.1-1',
          'delta-dev ',
        ]);
        expect(ran.stderr).not.toContain('delta-dev is not installed');
      });
    });
  });
});
