import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDnfScript } from '../../domain/ecosystems/dnf/script';
import { renderMicrodnfScript } from '../../domain/ecosystems/microdnf/script';
import type { ScriptInput } from '../../domain/script/script-input';
import { buildDebianRoot, filesOf, inRoot, makeWorkDirectory, withFreshRoot } from '../support/chroot-root';
import { installShim } from '../support/dnf-shims';
import type { RpmSource } from '../support/offline-rpm-repository';
import {
  buildRpm,
  installRpms,
  useRpmRepository,
  writeRpmMetadata,
  writeRpmModules,
} from '../support/offline-rpm-repository';
import { type Patched, patchWithLines, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';

function plain(version: string, ...names: string[]): RpmSource[] {
  return names.map((name) => ({ name, version, release: '1' }));
}

const OLD: readonly RpmSource[] = [
  ...plain('1.0', 'solo', 'helper', 'leaf', 'libfoo-devel', 'tool', 'clash', 'bystander', 'runtime', 'oldname-ng'),
  { name: 'libfoo-user', version: '1.0', release: '1', preamble: ['Requires: libfoo-devel'] },
  { name: 'user-of-tool', version: '1.0', release: '1', preamble: ['Requires: tool'] },
];
const FRESH: readonly RpmSource[] = [
  ...plain('1.1', 'solo', 'helper', 'oldname-ng'),
  { name: 'clash', version: '1.1', release: '1', preamble: ['Conflicts: bystander'] },
  ...plain('1.1', 'runtime'),
  ...plain('2.0', 'runtime'),
];
const MANAGERS = [
  { manager: 'dnf', render: renderDnfScript, shim: undefined },
  { manager: 'microdnf', render: renderMicrodnfScript, shim: 'microdnf' },
  { manager: 'old microdnf', render: renderMicrodnfScript, shim: 'old-microdnf' },
] as const;
/** Puts itself before the package manager and notes its arguments, one call a line. */
const RECORDER = '#!/bin/sh\nprintf "%s\\n" "$*" >>/var/tmp/calls\nexec "$0.real" "$@"\n';
const TOOLS = ['mmdebstrap', 'dnf', 'rpm', 'rpmbuild', 'createrepo_c', 'modifyrepo_c', 'unshare', 'chroot'];

describeWithTools(TOOLS, "scripts of dnf's family with companions and modules", () => {
  let work = '';
  let base = '';

  beforeAll(() => {
    work = makeWorkDirectory();
    base = buildDebianRoot(work, ['busybox', 'dnf', 'rpm']);
    const old = join(work, 'old');
    for (const one of OLD) buildRpm(work, old, one);
    writeRpmMetadata(old);
    installRpms(
      work,
      base,
      old,
      OLD.map(({ name }) => name),
    );
    const fresh = join(base, 'srv/repository');
    for (const one of FRESH) buildRpm(work, fresh, one);
    writeRpmMetadata(fresh);
    writeRpmModules(work, fresh, [
      { module: 'runtime', stream: '1', packages: ['runtime-0:1.1-1.noarch'] },
      { module: 'runtime', stream: '2', packages: ['runtime-0:2.0-1.noarch'] },
    ]);
    useRpmRepository(base, 'file:///srv/repository');
    for (const path of ['var/cache/dnf', 'var/log/dnf.log', 'var/log/dnf.librepo.log', 'var/log/dnf.rpm.log'])
      rmSync(join(base, path), { recursive: true, force: true });
    rmSync(join(base, 'var/log/hawkey.log'), { force: true });
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  describe.each(MANAGERS)('$manager', ({ manager, render, shim }) => {
    const isOld = manager === 'old microdnf';

    function withRoot(use: (root: string) => void): void {
      withFreshRoot(base, (root) => {
        if (shim !== undefined) installShim(root, shim);
        use(root);
      });
    }

    function patch(root: string, input: Partial<ScriptInput> & Pick<ScriptInput, 'targets'>): Patched {
      const script = render({
        image: 'ubi9',
        planHash: 'd4'.repeat(32),
        attempt: 1,
        ...(manager === 'dnf' && { releasever: '1' }),
        ...input,
      });
      return patchWithLines(root, script, 'dash', input.targets);
    }

    function versions(root: string, ...names: string[]): string[] {
      const query = ['rpm', '--dbpath', '/var/lib/rpm', '-q', '--qf', '%{VERSION}\n'];
      return names.map((name) => {
        const ran = inRoot(root, [...query, name]);
        return ran.code === 0 ? ran.stdout.trim() : 'gone';
      });
    }

    /** What was asked of the package manager, its options left out. */
    function callsOf(root: string): string[] {
      const calls = readFileSync(join(root, 'var/tmp/calls'), 'utf8').trimEnd().split('\n');
      return calls.map((call) =>
        call
          .split(' ')
          .filter((word) => !word.startsWith('-'))
          .join(' '),
      );
    }

    function record(root: string): void {
      const tool = join(root, 'usr/bin', shim === undefined ? 'dnf' : 'microdnf');
      renameSync(tool, `${tool}.real`);
      writeFileSync(tool, RECORDER);
      chmodSync(tool, 0o755);
    }

    test('removes targets and companions together, and build tools beside an upgrade', () => {
      withRoot((root) => {
        expect(patch(root, { targets: [remove('libfoo-devel', '1.1')] }).byName).toEqual({
          'libfoo-devel': 'residual conflict',
        });
        const { byName, ran } = patch(root, {
          targets: [remove('libfoo-devel', '1.1')],
          companions: { upgrade: [], remove: ['libfoo-user'] },
        });
        expect([byName, ran.code]).toEqual([{ 'libfoo-devel': 'fixed' }, 0]);
        const tools = patch(root, {
          targets: [upgrade('solo', '1.1')],
          companions: { upgrade: [], remove: ['leaf', 'tool', 'nowhere'] },
        });
        expect([tools.byName, tools.ran.code]).toEqual([{ solo: 'fixed' }, 0]);
        expect(versions(root, 'libfoo-user', 'leaf', 'tool', 'solo')).toEqual(['gone', 'gone', '1.0', '1.1']);
      });
    });

    test('raises companions with the targets, and only then', () => {
      withRoot((root) => {
        const before = filesOf(root);
        const companions = { upgrade: ['helper', 'nowhere'], remove: ['leaf'] };
        expect(patch(root, { targets: [upgrade('solo', '1.0')], companions })).toMatchObject({
          byName: { solo: 'already-fixed' },
          ran: { code: 0, stderr: '' },
        });
        expect(filesOf(root)).toEqual(before);
        expect(patch(root, { targets: [upgrade('solo', '1.1')], companions }).byName).toEqual({ solo: 'fixed' });
        expect(versions(root, 'solo', 'helper', 'leaf', 'bystander')).toEqual(['1.1', '1.1', 'gone', '1.0']);
      });
    });

    test('a companion that cannot be raised keeps no target back', () => {
      withRoot((root) => {
        const companions = { upgrade: ['clash'], remove: [] };
        const { byName, ran } = patch(root, { targets: [upgrade('solo', '1.1')], companions });
        expect([byName, ran.code]).toEqual([{ solo: 'fixed' }, 0]);
        expect(versions(root, 'clash', 'bystander')).toEqual(['1.0', '1.0']);
      });
    });

    test('a target that has another name now is raised under that', () => {
      withRoot((root) => {
        const target = { ...upgrade('oldname', '1.1-1'), replacedBy: 'oldname-ng' };
        const { byName, results } = patch(root, { targets: [target] });
        expect(byName).toEqual({ oldname: 'fixed' });
        expect(results[0]?.binaries).toEqual([{ name: 'oldname-ng', arch: 'noarch', before: '1.0-1', after: '1.1-1' }]);
      });
    });

    test('enables the stream of a module before the upgrade', () => {
      withRoot((root) => {
        record(root);
        const targets = [upgrade('runtime', '2.0-1')];
        const without = patch(root, { targets });
        expect(without.byName).toEqual({ runtime: 'residual fix-not-in-repository' });
        rmSync(join(root, 'var/tmp/calls'));
        const { byName } = patch(root, { targets, moduleStreams: ['runtime:2'] });
        const calls = callsOf(root).filter((call) => call.startsWith('module') || call.startsWith('upgrade'));
        expect(calls.slice(0, 3)).toEqual(['module reset runtime', 'module enable runtime:2', 'upgrade runtime']);
        // Old versions know no modules: that is logged, and the run goes on.
        expect(byName).toEqual({ runtime: isOld ? 'residual fix-not-in-repository' : 'fixed' });
        expect(versions(root, 'runtime')).toEqual([isOld ? '1.0' : '2.0']);
        expect(existsSync(join(root, 'etc/dnf/modules.d/runtime.module'))).toBe(!isOld);
      });
    });

    test('switches from another stream; one that is not there leaves the module as it was', () => {
      withRoot((root) => {
        const state = join(root, 'etc/dnf/modules.d/runtime.module');
        patch(root, { targets: [upgrade('runtime', '1.1-1')], moduleStreams: ['runtime:1'] });
        const first = existsSync(state) ? readFileSync(state, 'utf8') : '';
        expect(/^stream=1$/m.test(first)).toBe(!isOld);
        const failed = patch(root, {
          targets: [upgrade('runtime', '2.0-1'), upgrade('solo', '1.1')],
          moduleStreams: ['nowhere:1', 'runtime:9'],
        });
        expect(failed.byName).toMatchObject({ solo: 'fixed' });
        expect(failed.ran.code).toBe(0);
        expect(existsSync(state) ? readFileSync(state, 'utf8') : '').toBe(first);
        expect(existsSync(join(root, 'etc/dnf/modules.d/nowhere.module'))).toBe(false);
        const switched = patch(root, { targets: [upgrade('runtime', '2.0-1')], moduleStreams: ['runtime:2'] });
        expect(switched.byName).toEqual({ runtime: isOld ? 'residual fix-not-in-repository' : 'fixed' });
      });
    });

    test('changes no module where no target needs an upgrade', () => {
      withRoot((root) => {
        record(root);
        patch(root, { targets: [upgrade('solo', '1.0')], moduleStreams: ['runtime:2'] });
        expect(existsSync(join(root, 'var/tmp/calls'))).toBe(false);
        patch(root, { targets: [remove('leaf', '2')], moduleStreams: ['runtime:2'] });
        expect(callsOf(root).filter((call) => call.startsWith('module'))).toEqual([]);
      });
    });
  });
});
