import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseApkInstalled } from '../../domain/ecosystems/apk/database';
import { renderApkScript } from '../../domain/ecosystems/apk/script';
import type { ScriptTarget } from '../../domain/script/script-input';
import { compareVersions } from '../../domain/versions';
import type { ApkPackage } from '../support/alpine-root';
import {
  buildAlpineRoot,
  installApks,
  playApk,
  useApkRepositories,
  worldOf,
  writeApkRepository,
} from '../support/alpine-root';
import type { Shell } from '../support/chroot-root';
import { SHELLS, filesOf, inRoot, makeWorkDirectory, runScript, withFreshRoot } from '../support/chroot-root';
import { type Patched, patchInRoot, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';

const PLAN_HASH = 'd4'.repeat(32);

/** One release of each behaviour that the script tells apart (Alpine 3.12, 3.21, 3.23). */
const RELEASES = ['2.10.8', '2.14.4', '3.0.1'] as const;

function plain(version: string, ...names: string[]): ApkPackage[] {
  return names.map((name) => ({ name, version }));
}

const INSTALLED: readonly ApkPackage[] = [
  { name: 'libcrypto3', version: '3.1.4-r5', origin: 'openssl' },
  { name: 'libssl3', version: '3.1.4-r5', origin: 'openssl', depends: ['libcrypto3=3.1.4-r5'] },
  { name: 'busybox', version: '1.36.1-r15' },
  ...plain(
    '1.0-r0',
    'solo',
    'lagging',
    'vanished',
    'bystander',
    'edgy',
    'pinned',
    'leaf',
    'needed',
    'bad',
    'other',
    'headers',
  ),
  { name: 'greedy', version: '1.0-r0' },
  { name: 'needy', version: '1.0-r0', depends: ['needed'] },
  { name: 'compiler', version: '1.0-r0', depends: ['headers'] },
  { name: 'top', version: '1.0-r0', depends: ['orphan'] },
  { name: 'orphan', version: '1.0-r0' },
  { name: '.build-deps', version: '20240101.120000', depends: ['solo'] },
];
const WORLD = [
  ...['libssl3', 'busybox', 'solo', 'lagging', 'vanished', 'bystander', 'edgy@edge', 'pinned=1.0-r0', 'leaf', 'needy'],
  ...['bad', 'other', 'greedy', 'top', 'compiler', '.build-deps=20240101.120000'],
];
const FRESH: readonly ApkPackage[] = [
  { name: 'libcrypto3', version: '3.1.10-r0', origin: 'openssl' },
  { name: 'libssl3', version: '3.1.10-r0', origin: 'openssl', depends: ['libcrypto3=3.1.10-r0'] },
  { name: 'busybox', version: '1.36.1-r29' },
  ...plain('1.1-r0', 'solo', 'lagging', 'pinned', 'other', 'headers'),
  { name: 'vanished', version: '1.1-r0', missing: true },
  { name: 'greedy', version: '1.1-r0', depends: ['!bystander'] },
  { name: 'bad', version: '1.1-r0', failing: true },
];

describeWithTools(
  ['busybox', 'dash', 'bash', 'unshare', 'chroot', 'mknod', 'ldd'],
  'apk script, on a stand-in for apk',
  () => {
    let work = '';
    let base = '';

    beforeAll(() => {
      work = makeWorkDirectory();
      base = join(work, 'root');
      buildAlpineRoot(base);
      installApks(base, INSTALLED, WORLD);
      writeApkRepository(base, 'srv/main', FRESH);
      writeApkRepository(base, 'srv/edge', plain('1.2-r0', 'edgy', 'lagging'));
      useApkRepositories(base, ['/srv/main', '@edge /srv/edge']);
    });

    afterAll(() => {
      rmSync(work, { recursive: true, force: true });
    });

    function patch(root: string, shell: Shell, targets: readonly ScriptTarget[]): Patched {
      const script = renderApkScript({ image: 'alpine', planHash: PLAN_HASH, attempt: 1, targets });
      return patchInRoot(root, script, shell);
    }

    function versions(root: string): Record<string, string> {
      const text = readFileSync(join(root, 'lib/apk/db/installed'), 'utf8');
      return Object.fromEntries(parseApkInstalled(text).map((one) => [one.name, one.version]));
    }

    test.each([
      ['3.1.4-r9', '3.1.4-r10'],
      ['1.0_rc1', '1.0'],
      ['1.0', '1.0_p1'],
      ['1.02', '1.1'],
      ['1.7', '1.7b'],
      ['2.5.1-r8', '2.5.1a-r1'],
      ['1.0-r0', '1.0-r0'],
    ])('the stand-in compares %s and %s as the domain does', (a, b) => {
      const expected = ['<', '=', '>'][compareVersions('apk', a, b) + 1];
      expect(inRoot(base, ['apk', 'version', '-t', a, b]).stdout).toBe(`${expected}\n`);
    });

    test('the stand-in pollutes world as "apk add" does', () => {
      withFreshRoot(base, (root) => {
        expect(inRoot(root, ['apk', 'add', '--no-cache', '--upgrade', 'orphan>=1.0']).code).toBe(0);
        expect(worldOf(root)).toContain('orphan>=1.0\n');
      });
    });

    describe.each(SHELLS)('under %s', (shell) => {
      test('changes nothing where there is no target, as in a rebuild, and goes well', () => {
        withFreshRoot(base, (root) => {
          const before = filesOf(root);
          const { ran } = patch(root, shell, []);
          expect([ran.code, ran.stdout]).toEqual([0, 'golden-images-exit 0\n']);
          expect(filesOf(root)).toEqual(before);
        });
      });

      test.each(RELEASES)('apk-tools %s: raises what a target names, world stays, and says so again', (release) => {
        withFreshRoot(base, (root) => {
          playApk(root, release);
          const before = filesOf(root);
          const targets = [
            upgrade('openssl', '3.1.10-r0'),
            upgrade('busybox', '1.36.1-r20'),
            upgrade('other', '0.9-r0'),
            upgrade('nowhere', '1.0-r0'),
          ];
          const first = patch(root, shell, targets);
          expect(first.byName).toEqual({
            openssl: 'fixed',
            busybox: 'fixed',
            other: 'already-fixed',
            nowhere: 'not-installed',
          });
          expect(first.ran.code).toBe(0);
          expect(first.results[0]?.binaries).toEqual([
            { name: 'libcrypto3', arch: 'x86_64', before: '3.1.4-r5', after: '3.1.10-r0' },
            { name: 'libssl3', arch: 'x86_64', before: '3.1.4-r5', after: '3.1.10-r0' },
          ]);
          expect(worldOf(root)).toBe(worldOf(base));
          expect(versions(root)).toMatchObject({ solo: '1.0-r0', other: '1.0-r0', lagging: '1.0-r0' });
          expect(filesOf(root).filter((path) => !before.includes(path))).toEqual([]);

          rmSync(join(root, 'srv'), { recursive: true });
          const again = patch(root, shell, targets);
          expect(again.byName).toEqual({
            openssl: 'already-fixed',
            busybox: 'already-fixed',
            other: 'already-fixed',
            nowhere: 'not-installed',
          });
          expect(again.ran).toMatchObject({ code: 0, stderr: '' });
        });
      });

      test.each(RELEASES)('apk-tools %s: keeps what works, with the reason of the others', (release) => {
        withFreshRoot(base, (root) => {
          playApk(root, release);
          const { byName, ran } = patch(root, shell, [
            upgrade('solo', '1.1-r0'),
            upgrade('lagging', '1.2-r0'),
            upgrade('vanished', '1.1-r0'),
            upgrade('greedy', '1.1-r0'),
            upgrade('pinned', '1.1-r0'),
            upgrade('edgy', '1.2-r0'),
          ]);
          expect(byName).toEqual({
            solo: 'fixed',
            lagging: 'residual fix-not-in-repository',
            vanished: 'residual not-fetchable',
            greedy: 'residual conflict',
            pinned: 'residual held',
            edgy: 'residual fix-not-in-repository',
          });
          expect(ran.code).toBe(0);
          expect(versions(root)).toMatchObject({
            lagging: '1.1-r0',
            greedy: '1.0-r0',
            pinned: '1.0-r0',
            edgy: '1.0-r0',
          });
          expect(worldOf(root)).toBe(worldOf(base));
        });
      });

      test.each(RELEASES)('apk-tools %s: takes what other repositories offer where one does not answer', (release) => {
        withFreshRoot(base, (root) => {
          playApk(root, release);
          useApkRepositories(root, ['/srv/gone', '/srv/main']);
          const { byName, ran } = patch(root, shell, [upgrade('solo', '1.1-r0'), upgrade('lagging', '1.2-r0')]);
          expect(byName).toEqual({ solo: 'fixed', lagging: 'residual not-fetchable' });
          expect(ran.code).toBe(0);
        });
      });

      test('removes what policy allows: nothing that others need, and nothing beside', () => {
        withFreshRoot(base, (root) => {
          const first = patch(root, shell, [
            remove('leaf', '1.1-r0'),
            remove('needed', '1.1-r0'),
            remove('top', '1.1-r0'),
          ]);
          expect(first.byName).toEqual({ leaf: 'fixed', needed: 'residual conflict', top: 'residual conflict' });
          expect(worldOf(root)).toBe(worldOf(base).replace('leaf\n', ''));
          const again = patch(root, shell, [remove('leaf', '1.1-r0'), upgrade('solo', '1.1-r0')]);
          expect(again.byName).toEqual({ leaf: 'not-installed', solo: 'fixed' });
          expect(worldOf(root)).toBe(worldOf(base).replace('leaf\n', ''));
        });
      });

      test.each(RELEASES)('apk-tools %s: raises what is to be removed and others need', (release) => {
        withFreshRoot(base, (root) => {
          playApk(root, release);
          const alone = patch(root, shell, [remove('headers', '1.1-r0')]);
          expect([alone.byName, alone.ran.code]).toEqual([{ headers: 'fixed' }, 0]);
          expect(versions(root)).toMatchObject({ headers: '1.1-r0', compiler: '1.0-r0' });
          expect(worldOf(root)).toBe(worldOf(base));
          const unmet = patch(root, shell, [
            remove('headers', '1.2-r0'),
            remove('leaf', '1.1-r0'),
            upgrade('solo', '1.1-r0'),
          ]);
          expect(unmet.byName).toEqual({ headers: 'residual conflict', leaf: 'fixed', solo: 'fixed' });
          expect(worldOf(root)).toBe(worldOf(base).replace('leaf\n', ''));
        });
      });

      test('changes companions with the targets that need it', () => {
        const withCompanions = (
          root: string,
          targets: readonly ScriptTarget[],
          up: string[],
          out: string[],
        ): Patched => {
          const companions = { upgrade: up, remove: out };
          const input = { image: 'alpine', planHash: PLAN_HASH, attempt: 1, targets, companions };
          return patchInRoot(root, renderApkScript(input), shell);
        };
        withFreshRoot(base, (root) => {
          const unneeded = withCompanions(root, [upgrade('solo', '1.0-r0')], ['other'], ['leaf']);
          expect(unneeded.ran).toMatchObject({ code: 0, stderr: '' });
          const removed = withCompanions(root, [remove('needed', '1.1-r0')], [], ['needy']);
          expect([removed.byName, removed.ran.code]).toEqual([{ needed: 'fixed' }, 0]);
          const raised = withCompanions(
            root,
            [upgrade('solo', '1.1-r0')],
            ['other', 'greedy', 'pinned'],
            ['leaf', 'top'],
          );
          expect([raised.byName, raised.results.length, raised.ran.code]).toEqual([{ solo: 'fixed' }, 1, 0]);
          const now = versions(root);
          expect(now).toMatchObject({ other: '1.1-r0', greedy: '1.0-r0', pinned: '1.0-r0', top: '1.0-r0' });
          expect(['needed', 'needy', 'leaf'].filter((name) => name in now)).toEqual([]);
          expect(worldOf(root)).toBe(worldOf(base).replace('leaf\n', '').replace('needy\n', ''));
        });
        withFreshRoot(base, (root) => {
          const stuck = { name: 'bystander', version: '1.1-r0', depends: ['solo=1.0-r0'] };
          writeApkRepository(root, 'srv/main', [stuck, ...plain('1.1-r0', 'solo')]);
          const { byName } = withCompanions(root, [upgrade('solo', '1.1-r0')], ['bystander'], []);
          expect(byName).toEqual({ solo: 'fixed' });
        });
      });

      test('exits 10 where nothing improved', () => {
        withFreshRoot(base, (root) => {
          rmSync(join(root, 'srv'), { recursive: true });
          const { byName, ran } = patch(root, shell, [upgrade('solo', '1.1-r0')]);
          expect(byName).toEqual({ solo: 'residual not-fetchable' });
          expect(ran.code).toBe(10);
        });
      });

      test('a package whose script fails leaves the database broken, which fails the run', () => {
        withFreshRoot(base, (root) => {
          const { byName, ran } = patch(root, shell, [upgrade('bad', '1.1-r0')]);
          expect(byName).toEqual({ bad: 'fixed' });
          expect(ran.code).toBe(1);
        });
      });

      test('fails without a database, and on what is no apk', () => {
        withFreshRoot(base, (root) => {
          const input = { image: 'a', planHash: PLAN_HASH, attempt: 1, targets: [upgrade('solo', '1')] };
          rmSync(join(root, 'lib/apk/db/installed'));
          const failed = { code: 1, stdout: 'golden-images-exit 1\n' };
          expect(runScript(root, renderApkScript(input), shell)).toMatchObject(failed);
          writeFileSync(join(root, 'sbin/apk'), '#!/bin/sh\nexit 0\n');
          expect(runScript(root, renderApkScript(input), shell)).toMatchObject(failed);
          expect(inRoot(root, ['ls', '/tmp']).stdout).toBe('');
        });
      });
    });
  },
);
