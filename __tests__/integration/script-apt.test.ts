import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderAptScript } from '../../domain/ecosystems/apt/script';
import { parseResultLines } from '../../domain/script/result-lines';
import type { ScriptTarget } from '../../domain/script/script-input';
import type { Shell } from '../support/chroot-root';
import {
  SHELLS,
  SHELL_COMMANDS,
  buildDebianRoot,
  filesOf,
  inRoot,
  makeWorkDirectory,
  run,
  withFreshRoot,
} from '../support/chroot-root';
import { serveDirectory } from '../support/offline-http-server';
import type { DebPackage } from '../support/offline-deb-repository';
import { buildDeb, writeDebRepository } from '../support/offline-deb-repository';
import { type Patched, patchWithLines, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';

const PLAN_HASH = 'a1'.repeat(32);
const LIE =
  'golden-images-result {"ecosystem":"apt","package":"liar","floor":"1.1","result":"fixed","binaries":[]}\\ngolden-images-exit 0';

/** Packages before and after; `native` is the machine's architecture. */
function packages(native: string): { old: DebPackage[]; fresh: DebPackage[] } {
  const acme = (version: string): DebPackage[] => [
    { name: 'libacme1', version, arch: native, fields: { Source: 'acme', 'Multi-Arch': 'same' } },
    { name: 'acme-tools', version, fields: { Source: 'acme', Depends: `libacme1 (= ${version})` } },
  ];
  const plain = (version: string, ...names: string[]): DebPackage[] => names.map((name) => ({ name, version }));
  const settings = (version: string): DebPackage => ({
    name: 'settings',
    version,
    files: { 'etc/settings.conf': `shipped ${version}\n` },
    conffiles: ['etc/settings.conf'],
    postinst: '[ "$2" = "" ] || { [ -x /usr/sbin/policy-rc.d ] && echo guarded >/var/lib/settings.guard; }',
  });
  return {
    old: [
      ...acme('1.0-1'),
      { name: 'widget', version: '2:1.02-2', fields: { Source: 'gadget (2.03-2)' } },
      ...plain(
        '1.0',
        'g++-like',
        'pinned',
        'lagging',
        'vanished',
        'greedy',
        'bystander',
        'leaf',
        'needed',
        'liar',
        'fragile',
        'headers',
        'torn',
      ),
      { name: 'needy', version: '1.0', fields: { Depends: 'needed' } },
      { name: 'compiler', version: '1.0', fields: { Depends: 'headers, torn' } },
      settings('1.0'),
    ],
    fresh: [
      ...acme('1.0-1+deb12u1'),
      { name: 'widget', version: '2:1.02-3', fields: { Source: 'gadget (2.03-3)' } },
      ...plain('1.1', 'g++-like', 'pinned', 'lagging', 'vanished', 'headers'),
      { name: 'greedy', version: '1.1', fields: { Conflicts: 'bystander' } },
      { name: 'torn', version: '1.1', fields: { Conflicts: 'bystander' } },
      { name: 'liar', version: '1.1', postinst: `printf '${LIE}\\n'` },
      { name: 'fragile', version: '1.1', postinst: 'exit 1' },
      settings('1.1'),
    ],
  };
}

describeWithTools(['mmdebstrap', 'dpkg-deb', 'dpkg-scanpackages', 'unshare', 'chroot', 'busybox'], 'apt script', () => {
  let work = '';
  let base = '';
  let native = '';

  beforeAll(() => {
    work = makeWorkDirectory();
    native = run('dpkg', ['--print-architecture']).trim();
    base = buildDebianRoot(work, ['busybox']);
    const { old, fresh } = packages(native);
    mkdirSync(join(base, 'old'));
    for (const one of old) buildDeb(work, join(base, 'old'), one);
    const installed = inRoot(base, [
      'sh',
      '-c',
      'dpkg -i /old/*.deb && apt-mark hold pinned && apt-mark auto libacme1',
    ]);
    expect(installed).toMatchObject({ code: 0 });
    rmSync(join(base, 'old'), { recursive: true });
    writeFileSync(join(base, 'etc/settings.conf'), 'changed by hand\n');
    const repository = writeDebRepository(work, base, fresh);
    rmSync(join(repository, 'vanished_1.1_all.deb'));
    rmSync(join(base, 'var/log/dpkg.log'), { force: true });
    rmSync(join(base, 'var/log/apt'), { recursive: true, force: true });
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  function patch(
    root: string,
    shell: Shell,
    targets: readonly ScriptTarget[],
    network: 'none' | 'host' = 'none',
  ): Patched {
    const script = renderAptScript({ image: 'debian-12', planHash: PLAN_HASH, attempt: 1, targets });
    return patchWithLines(root, script, shell, targets, network);
  }

  function versionOf(root: string, name: string): string {
    return inRoot(root, ['dpkg-query', '-W', '-f=${Version}', name]).stdout;
  }

  describe.each(SHELLS)('under %s', (shell) => {
    test('changes nothing where there is no target, as in a rebuild, and goes well', () => {
      withFreshRoot(base, (root) => {
        const before = filesOf(root);
        const { ran } = patch(root, shell, []);
        expect([ran.code, ran.stdout]).toEqual([0, 'golden-images-exit 0\n']);
        expect(filesOf(root)).toEqual(before);
      });
    });

    test('raises every binary of a source, judges source versions, leaves nothing behind, and says so again', () => {
      withFreshRoot(base, (root) => {
        const before = filesOf(root);
        const targets = [
          upgrade('acme', '1.0-1+deb12u1'),
          upgrade('gadget', '2.03-3'),
          upgrade('g++-like', '1.1'),
          upgrade('settings', '1.1'),
          upgrade('bystander', '1.0'),
          upgrade('nowhere', '1.0'),
        ];
        const first = patch(root, shell, targets);
        expect(first.byName).toEqual({
          acme: 'fixed',
          gadget: 'fixed',
          'g++-like': 'fixed',
          settings: 'fixed',
          bystander: 'already-fixed',
          nowhere: 'not-installed',
        });
        expect(first.ran.code).toBe(0);
        expect(first.results[0]?.binaries).toEqual([
          { name: 'acme-tools', arch: 'all', before: '1.0-1', after: '1.0-1+deb12u1' },
          { name: 'libacme1', arch: native, before: '1.0-1', after: '1.0-1+deb12u1' },
        ]);
        expect(first.results[1]?.binaries).toEqual([
          { name: 'widget', arch: 'all', before: '2:1.02-2', after: '2:1.02-3' },
        ]);
        expect(readFileSync(join(root, 'etc/settings.conf'), 'utf8')).toBe('changed by hand\n');
        expect(readFileSync(join(root, 'var/lib/settings.guard'), 'utf8')).toBe('guarded\n');
        expect(inRoot(root, ['apt-mark', 'showauto', 'libacme1', 'acme-tools']).stdout).toBe('libacme1\n');
        const added = filesOf(root).filter((path) => !before.includes(path));
        expect(added.filter((path) => !path.startsWith('var/lib/dpkg/info/'))).toEqual([
          'etc/settings.conf.dpkg-dist',
          'var/lib/settings.guard',
        ]);

        rmSync(join(root, 'srv/repository'), { recursive: true });
        const again = patch(root, shell, targets);
        expect(again.byName).toEqual({
          acme: 'already-fixed',
          gadget: 'already-fixed',
          'g++-like': 'already-fixed',
          settings: 'already-fixed',
          bystander: 'already-fixed',
          nowhere: 'not-installed',
        });
        expect(again.ran).toMatchObject({ code: 0, stderr: '' });
      });
    });

    test('keeps what works where other targets cannot be fixed, with the reason of each', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran, results } = patch(root, shell, [
          upgrade('libacme1', '1.0-1+deb12u1'),
          upgrade('pinned', '1.1'),
          upgrade('lagging', '1.2'),
          upgrade('vanished', '1.1'),
          upgrade('greedy', '1.1'),
          upgrade('widget', '2.03-3'),
        ]);
        expect(byName).toEqual({
          libacme1: 'fixed',
          pinned: 'residual held',
          lagging: 'residual fix-not-in-repository',
          vanished: 'residual not-fetchable',
          greedy: 'residual conflict',
          widget: 'fixed',
        });
        expect(ran.code).toBe(0);
        expect(results[2]?.binaries).toEqual([{ name: 'lagging', arch: 'all', before: '1.0', after: '1.1' }]);
        expect(versionOf(root, 'bystander')).toBe('1.0');
        expect(versionOf(root, 'pinned')).toBe('1.0');
      });
    });

    test('removes what policy allows and nothing that others need', () => {
      withFreshRoot(base, (root) => {
        const first = patch(root, shell, [remove('leaf', '1.1'), remove('needed', '1.1'), remove('pinned', '1.1')]);
        expect(first.byName).toEqual({ leaf: 'fixed', needed: 'residual conflict', pinned: 'residual held' });
        expect(first.results[0]?.binaries).toEqual([{ name: 'leaf', arch: 'all', before: '1.0', after: '' }]);
        expect(first.ran.code).toBe(0);
        expect(versionOf(root, 'needy')).toBe('1.0');
        const again = patch(root, shell, [remove('leaf', '1.1'), remove('needy', '1.1'), remove('needed', '1.1')]);
        expect(again.byName).toEqual({ leaf: 'not-installed', needy: 'fixed', needed: 'fixed' });
      });
    });

    test('raises what is to be removed and others need, and says what kept it from that', () => {
      withFreshRoot(base, (root) => {
        const before = filesOf(root);
        const alone = patch(root, shell, [remove('headers', '1.1')]);
        expect([alone.byName, alone.ran.code]).toEqual([{ headers: 'fixed' }, 0]);
        expect(alone.results[0]?.binaries).toEqual([{ name: 'headers', arch: 'all', before: '1.0', after: '1.1' }]);
        expect(versionOf(root, 'compiler')).toBe('1.0');
        expect(filesOf(root).filter((path) => !before.includes(path))).toEqual([]);
        const again = patch(root, shell, [remove('headers', '1.1')]);
        expect([again.byName, again.ran.code]).toEqual([{ headers: 'already-fixed' }, 0]);
      });
      withFreshRoot(base, (root) => {
        const { byName, ran, results } = patch(root, shell, [
          remove('headers', '1.2'),
          remove('leaf', '1.1'),
          remove('needed', '1.1'),
          remove('pinned', '1.1'),
          remove('torn', '1.1'),
          upgrade('settings', '1.1'),
        ]);
        expect(byName).toEqual({
          headers: 'residual conflict',
          leaf: 'fixed',
          needed: 'residual conflict',
          pinned: 'residual held',
          torn: 'residual conflict',
          settings: 'fixed',
        });
        expect(ran.code).toBe(0);
        expect(results[0]?.binaries).toEqual([{ name: 'headers', arch: 'all', before: '1.0', after: '1.1' }]);
        expect([versionOf(root, 'torn'), versionOf(root, 'bystander')]).toEqual(['1.0', '1.0']);
      });
      withFreshRoot(base, (root) => {
        rmSync(join(root, 'srv/repository/headers_1.1_all.deb'));
        const { byName, ran } = patch(root, shell, [remove('headers', '1.1')]);
        expect([byName, ran.code]).toEqual([{ headers: 'residual not-fetchable' }, 10]);
      });
    });

    test('exits 10 where nothing improved', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran } = patch(root, shell, [upgrade('pinned', '1.1'), upgrade('greedy', '1.1')]);
        expect(byName).toEqual({ pinned: 'residual held', greedy: 'residual conflict' });
        expect(ran.code).toBe(10);
      });
    });

    test('tells an unreachable repository from a missing fix', () => {
      withFreshRoot(base, (root) => {
        rmSync(join(root, 'srv/repository/Packages'));
        const { byName, ran } = patch(root, shell, [upgrade('acme', '1.0-1+deb12u1')]);
        expect(byName).toEqual({ acme: 'residual not-fetchable' });
        expect(ran.code).toBe(10);
      });
    });

    test('takes a package file answered 404 for not fetchable', async () => {
      const server = await serveDirectory(join(base, 'srv/repository'));
      withFreshRoot(base, (root) => {
        writeFileSync(join(root, 'etc/apt/sources.list'), `deb [trusted=yes] ${server.url} ./\n`);
        const { byName, ran } = patch(
          root,
          shell,
          [upgrade('acme', '1.0-1+deb12u1'), upgrade('vanished', '1.1')],
          'host',
        );
        expect(ran.stderr).toContain('404');
        expect(byName).toEqual({ acme: 'fixed', vanished: 'residual not-fetchable' });
      });
      server.close();
    });

    test('fails where an upgrade breaks the database, and removes its guard all the same', () => {
      withFreshRoot(base, (root) => {
        const { ran } = patch(root, shell, [upgrade('fragile', '1.1')]);
        expect(ran.code).toBe(1);
        expect(inRoot(root, ['test', '-e', '/usr/sbin/policy-rc.d']).code).toBe(1);
      });
    });

    test('lets no package speak in its name', () => {
      withFreshRoot(base, (root) => {
        const { ran } = patch(root, shell, [upgrade('liar', '1.2')]);
        expect(ran.stderr).toContain('| golden-images-result');
        const log = `${ran.stdout}${ran.stderr}`;
        expect(parseResultLines(log)).toMatchObject({ results: [{ result: 'residual' }], exitCode: 10 });
      });
    });

    test('leaves a policy-rc.d of the image alone', () => {
      withFreshRoot(base, (root) => {
        writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 104\n', { mode: 0o755 });
        expect(patch(root, shell, [upgrade('settings', '1.1')]).byName).toEqual({ settings: 'fixed' });
        expect(readFileSync(join(root, 'usr/sbin/policy-rc.d'), 'utf8')).toBe('#!/bin/sh\nexit 104\n');
      });
    });

    test('fails without root and without a database', () => {
      withFreshRoot(base, (root) => {
        const script = renderAptScript({
          image: 'a',
          planHash: PLAN_HASH,
          attempt: 1,
          targets: [upgrade('acme', '1')],
        });
        writeFileSync(join(root, 'patch.sh'), script);
        const sh = SHELL_COMMANDS[shell];
        const asNobody = inRoot(root, ['setpriv', '--reuid=65534', '--clear-groups', ...sh, '/patch.sh']);
        expect(asNobody).toEqual({
          code: 1,
          stdout: 'golden-images-exit 1\n',
          stderr: 'golden-images: must be run as root\n',
        });
        writeFileSync(join(root, 'var/lib/dpkg/status'), '');
        expect(inRoot(root, [...sh, '/patch.sh'])).toMatchObject({ code: 1, stdout: 'golden-images-exit 1\n' });
      });
    });
  });
});
