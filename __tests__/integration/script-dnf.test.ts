import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDnfScript } from '../../domain/ecosystems/dnf/script';
import { renderMicrodnfScript } from '../../domain/ecosystems/microdnf/script';
import { parseRpmList, rpmDatabase } from '../../domain/ecosystems/rpm/database';
import { renderYumScript } from '../../domain/ecosystems/yum/script';
import type { ScriptTarget } from '../../domain/script/script-input';
import {
  SHELLS,
  buildDebianRoot,
  filesOf,
  inRoot,
  makeWorkDirectory,
  run,
  runScript,
  withFreshRoot,
} from '../support/chroot-root';
import { installShim } from '../support/dnf-shims';
import { serveDirectory } from '../support/offline-http-server';
import type { RpmSource } from '../support/offline-rpm-repository';
import { buildRpm, installRpms, useRpmRepository, writeRpmMetadata } from '../support/offline-rpm-repository';
import { type Patched, patchWithLines, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';

const PLAN_HASH = 'b2'.repeat(32);

function plain(version: string, ...names: string[]): RpmSource[] {
  return names.map((name) => ({ name, version, release: '1' }));
}

const OLD: readonly RpmSource[] = [
  { name: 'acme', version: '1.9', release: '1.el9', epoch: 1, subpackages: ['acme-libs'] },
  { name: 'gadget', version: '2.0', release: '3', subpackages: ['widget'] },
  ...plain('1.0', 'solo', 'lagging', 'vanished', 'greedy', 'bystander', 'leaf', 'needed', 'headers'),
  { name: 'needy', version: '1.0', release: '1', preamble: ['Requires: needed'] },
  ...plain('1.0', 'grown'),
  { name: 'shrunk', version: '1.0', release: '1', isNative: true },
  { name: 'compiler', version: '1.0', release: '1', preamble: ['Requires: headers'] },
];
const FRESH: readonly RpmSource[] = [
  { name: 'acme', version: '1.10', release: '1.el9_2', epoch: 1, subpackages: ['acme-libs'] },
  { name: 'gadget', version: '2.0', release: '4', subpackages: ['widget'] },
  ...plain('1.1', 'solo', 'lagging', 'vanished', 'headers'),
  { name: 'grown', version: '1.1', release: '1', isNative: true },
  ...plain('1.1', 'shrunk'),
  { name: 'greedy', version: '1.1', release: '1', preamble: ['Conflicts: bystander'] },
];

/** Package managers of dnf's family: dnf itself, and through shims those that Debian does not have. */
const MANAGERS = [
  { manager: 'dnf', render: renderDnfScript },
  { manager: 'yum', render: renderYumScript, shim: 'yum' },
  { manager: 'microdnf', render: renderMicrodnfScript, shim: 'microdnf' },
  { manager: 'old microdnf', render: renderMicrodnfScript, shim: 'old-microdnf' },
] as const;
const CASES = MANAGERS.flatMap((one) =>
  (one.manager === 'dnf' ? SHELLS : (['dash', 'busybox'] as const)).map((shell) => ({
    shim: undefined,
    ...one,
    shell,
  })),
);
const TOOLS = ['mmdebstrap', 'dnf', 'rpm', 'rpmbuild', 'createrepo_c', 'unshare', 'chroot'];

describeWithTools(TOOLS, "scripts of dnf's family", () => {
  let work = '';
  let base = '';
  let native = '';

  beforeAll(() => {
    work = makeWorkDirectory();
    native = run('rpm', ['--eval', '%{_target_cpu}']).trim();
    base = buildDebianRoot(work, ['busybox', 'dnf', 'rpm']);
    const old = join(work, 'old');
    for (const one of OLD) buildRpm(work, old, one);
    writeRpmMetadata(old);
    const names = OLD.flatMap((one) => [one.name, ...(one.subpackages ?? [])]).filter((name) => name !== 'gadget');
    installRpms(work, base, old, names);
    const fresh = join(base, 'srv/repository');
    for (const one of FRESH) buildRpm(work, fresh, one);
    writeRpmMetadata(fresh);
    rmSync(join(fresh, 'noarch/vanished-1.1-1.noarch.rpm'));
    useRpmRepository(base, 'file:///srv/repository');
    for (const path of [
      'var/cache/dnf',
      'var/log/dnf.log',
      'var/log/dnf.librepo.log',
      'var/log/dnf.rpm.log',
      'var/log/hawkey.log',
    ]) {
      rmSync(join(base, path), { recursive: true, force: true });
    }
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  test('the database is read from outside', () => {
    const text = run('rpm', ['--dbpath', join(base, 'var/lib/rpm'), '-qa', '--qf', rpmDatabase.queryFormat ?? '']);
    const installed = parseRpmList(text);
    expect(installed.find((one) => one.name === 'acme-libs')).toEqual({
      name: 'acme-libs',
      version: '1:1.9-1.el9',
      arch: 'noarch',
      source: 'acme',
      sourceVersion: '1:1.9-1.el9',
      held: false,
    });
    expect(installed).toHaveLength(15);
  });

  describe.each(CASES)('$manager under $shell', ({ manager, render, shell, shim }) => {
    /** Without `--best`, an upgrade that conflicts is silently left out; one repository that fails fails them all. */
    const isOld = manager === 'old microdnf';
    const isMicro = isOld || manager === 'microdnf';

    function withRoot<T>(use: (root: string) => T): T {
      return withFreshRoot(base, (root) => {
        if (shim !== undefined) installShim(root, shim);
        return use(root);
      });
    }

    function patch(root: string, targets: readonly ScriptTarget[], network: 'none' | 'host' = 'none'): Patched {
      const script = render({ image: 'al2023', planHash: PLAN_HASH, attempt: 1, targets, releasever: '1' });
      return patchWithLines(root, script, shell, targets, network);
    }

    test('raises what a target names, leaves nothing behind, and says so again', () => {
      withRoot((root) => {
        const before = filesOf(root);
        const targets = [
          upgrade('acme-libs', '1:1.10-1.el9_2'),
          upgrade('gadget', '2.0-4'),
          upgrade('solo', '1.1'),
          upgrade('bystander', '0.9'),
          upgrade('nowhere', '1.0'),
        ];
        const first = patch(root, targets);
        expect(first.byName).toEqual({
          'acme-libs': 'fixed',
          gadget: 'fixed',
          solo: 'fixed',
          bystander: 'already-fixed',
          nowhere: 'not-installed',
        });
        expect(first.ran.code).toBe(0);
        expect(first.results[0]?.binaries).toEqual([
          { name: 'acme-libs', arch: 'noarch', before: '1:1.9-1.el9', after: '1:1.10-1.el9_2' },
        ]);
        expect(first.results[1]?.binaries).toEqual([
          { name: 'widget', arch: 'noarch', before: '2.0-3', after: '2.0-4' },
        ]);
        expect(filesOf(root).filter((path) => !before.includes(path))).toEqual([]);

        rmSync(join(root, 'srv/repository'), { recursive: true });
        const again = patch(root, targets);
        expect(again.byName).toEqual({
          'acme-libs': 'already-fixed',
          gadget: 'already-fixed',
          solo: 'already-fixed',
          bystander: 'already-fixed',
          nowhere: 'not-installed',
        });
        expect(again.ran).toMatchObject({ code: 0, stderr: '' });
      });
    });

    test('keeps what works where other targets cannot be fixed, with the reason of each', () => {
      withRoot((root) => {
        const { byName, ran, results } = patch(root, [
          upgrade('solo', '1.1-1'),
          upgrade('lagging', '1.2-1'),
          upgrade('vanished', '1.1-1'),
          upgrade('greedy', '1.1-1'),
          upgrade('acme', '2:1.0-1'),
        ]);
        expect(byName).toEqual({
          solo: 'fixed',
          lagging: 'residual fix-not-in-repository',
          vanished: 'residual not-fetchable',
          greedy: isOld ? 'residual fix-not-in-repository' : 'residual conflict',
          acme: 'residual fix-not-in-repository',
        });
        expect(ran.code).toBe(0);
        expect(results[1]?.binaries).toEqual([{ name: 'lagging', arch: 'noarch', before: '1.0-1', after: '1.1-1' }]);
      });
    });

    test('removes what policy allows and nothing that others need', () => {
      withRoot((root) => {
        const first = patch(root, [remove('leaf', '1.1'), remove('needed', '1.1'), remove('acme', '1:2')]);
        expect(first.byName).toEqual({ leaf: 'fixed', needed: 'residual conflict', acme: 'fixed' });
        expect(first.results[2]?.binaries).toEqual([
          { name: 'acme', arch: 'noarch', before: '1:1.9-1.el9', after: '' },
        ]);
        const again = patch(root, [remove('leaf', '1.1'), remove('needy', '1.1'), remove('needed', '1.1')]);
        expect(again.byName).toEqual({ leaf: 'not-installed', needy: 'fixed', needed: 'fixed' });
        expect(again.ran.code).toBe(0);
      });
    });

    test('raises what is to be removed and others need', () => {
      withRoot((root) => {
        const alone = patch(root, [remove('headers', '1.1')]);
        expect([alone.byName, alone.ran.code]).toEqual([{ headers: 'fixed' }, 0]);
        expect(alone.results[0]?.binaries).toEqual([
          { name: 'headers', arch: 'noarch', before: '1.0-1', after: '1.1-1' },
        ]);
        const unmet = patch(root, [remove('headers', '1.2'), remove('leaf', '1.1'), upgrade('solo', '1.1')]);
        expect(unmet.byName).toEqual({ headers: 'residual conflict', leaf: 'fixed', solo: 'fixed' });
      });
    });

    test('raises what has another architecture now', () => {
      withRoot((root) => {
        const { byName, ran, results } = patch(root, [upgrade('grown', '1.1'), upgrade('shrunk', '1.1')]);
        expect([byName, ran.code]).toEqual([{ grown: 'fixed', shrunk: 'fixed' }, 0]);
        expect(results.map(({ binaries }) => binaries)).toEqual([
          [{ name: 'grown', arch: native, before: '1.0-1', after: '1.1-1' }],
          [{ name: 'shrunk', arch: 'noarch', before: '1.0-1', after: '1.1-1' }],
        ]);
        const unmet = patch(root, [upgrade('grown', '1.2'), upgrade('solo', '1.1')]);
        expect(unmet.byName).toEqual({ grown: 'residual fix-not-in-repository', solo: 'fixed' });
      });
    });

    test('names the architecture where several of a name are installed', () => {
      withRoot((root) => {
        const second = '/srv/repository/noarch/lagging-1.1-1.noarch.rpm';
        expect(inRoot(root, ['rpm', '--dbpath', '/var/lib/rpm', '-i', second])).toMatchObject({ code: 0 });
        const { ran, results } = patch(root, [upgrade('lagging', '1.1'), upgrade('solo', '1.1')]);
        expect(results.map(({ result }) => result)).toEqual(['residual', 'fixed']);
        expect(ran.stderr).toMatch(/ lagging\.noarch solo(?: --best)?$/m);
      });
    });

    test('exits 10 where nothing improved, and tells an unreachable repository from a missing fix', () => {
      withRoot((root) => {
        rmSync(join(root, 'srv/repository/repodata'), { recursive: true });
        const { byName, ran } = patch(root, [upgrade('solo', '1.1-1')]);
        expect(byName).toEqual({ solo: 'residual not-fetchable' });
        expect(ran.code).toBe(10);
      });
    });

    test('takes what other repositories offer where one does not answer', () => {
      withRoot((root) => {
        const gone = '[gone]\nname=gone\nbaseurl=file:///srv/gone\nenabled=1\ngpgcheck=0\nskip_if_unavailable=0\n';
        writeFileSync(join(root, 'etc/yum.repos.d/gone.repo'), gone);
        const { byName, ran } = patch(root, [upgrade('solo', '1.1-1'), upgrade('lagging', '1.2-1')]);
        expect(byName).toEqual({
          solo: isMicro ? 'residual not-fetchable' : 'fixed',
          lagging: 'residual not-fetchable',
        });
        expect(ran.code).toBe(isMicro ? 10 : 0);
      });
    });

    test('takes a package file answered 404 for not fetchable', async () => {
      const server = await serveDirectory(join(base, 'srv/repository'));
      withRoot((root) => {
        useRpmRepository(root, server.url);
        const { byName, ran } = patch(root, [upgrade('solo', '1.1'), upgrade('vanished', '1.1')], 'host');
        expect(ran.stderr).toContain('404');
        expect(byName).toEqual({ solo: 'fixed', vanished: 'residual not-fetchable' });
      });
      server.close();
    });

    test('fails without a database', () => {
      withRoot((root) => {
        rmSync(join(root, 'var/lib/rpm'), { recursive: true });
        const script = render({
          image: 'a',
          planHash: PLAN_HASH,
          attempt: 1,
          targets: [upgrade('solo', '1')],
        });
        expect(runScript(root, script, shell)).toMatchObject({ code: 1, stdout: 'golden-images-exit 1\n' });
        expect(inRoot(root, ['sh', '-c', 'ls /tmp']).stdout).toBe('');
      });
    });
  });
});
