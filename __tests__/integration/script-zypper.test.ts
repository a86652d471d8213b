import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRpmList, rpmDatabase } from '../../domain/ecosystems/rpm/database';
import { renderZypperScript } from '../../domain/ecosystems/zypper/script';
import type { ScriptTarget } from '../../domain/script/script-input';
import type { Shell } from '../support/chroot-root';
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
import { serveDirectory } from '../support/offline-http-server';
import type { RpmSource } from '../support/offline-rpm-repository';
import { buildRpm, installRpms, writeRpmMetadata } from '../support/offline-rpm-repository';
import { type Patched, patchWithLines, remove, upgrade } from '../support/patch-in-root';
import { describeWithTools } from '../support/requires-tool';
import { addZypperRepository, forgetZypperRuns, lockZypperPackages } from '../support/zypper-root';

const PLAN_HASH = 'c3'.repeat(32);

function plain(version: string, ...names: string[]): RpmSource[] {
  return names.map((name) => ({ name, version, release: '150600.1.1' }));
}

const OLD: readonly RpmSource[] = [
  { name: 'acme', version: '1.9', release: '150600.3.1', epoch: 1, subpackages: ['acme-libs'] },
  { name: 'gadget', version: '2.0', release: '150600.3.9', subpackages: ['widget'] },
  ...plain('1.0', 'solo', 'lagging', 'vanished', 'greedy', 'bystander', 'leaf', 'needed', 'python3.11', 'headers'),
  { name: 'needy', version: '1.0', release: '150600.1.1', preamble: ['Requires: needed'] },
  { name: 'grown', version: '1.0', release: '150600.1.1' },
  { name: 'shrunk', version: '1.0', release: '150600.1.1', isNative: true },
  { name: 'compiler', version: '1.0', release: '150600.1.1', preamble: ['Requires: headers'] },
];
const FRESH: readonly RpmSource[] = [
  { name: 'acme', version: '1.10', release: '150600.3.1', epoch: 1, subpackages: ['acme-libs'] },
  { name: 'gadget', version: '2.0', release: '150600.3.12', subpackages: ['widget'] },
  ...plain('1.1', 'solo', 'lagging', 'vanished', 'python3.11', 'bystander', 'headers'),
  { name: 'grown', version: '1.1', release: '150600.1.1', isNative: true },
  { name: 'shrunk', version: '1.1', release: '150600.1.1' },
  { name: 'greedy', version: '1.1', release: '150600.1.1', preamble: ['Conflicts: bystander'] },
];

const TOOLS = ['mmdebstrap', 'dnf', 'rpm', 'rpmbuild', 'createrepo_c', 'unshare', 'chroot'];

describeWithTools(TOOLS, 'zypper script', () => {
  let work = '';
  let base = '';

  beforeAll(() => {
    work = makeWorkDirectory();
    base = buildDebianRoot(work, ['busybox', 'rpm', 'zypper']);
    const old = join(work, 'old');
    for (const one of OLD) buildRpm(work, old, one);
    writeRpmMetadata(old);
    const names = OLD.flatMap((one) => [one.name, ...(one.subpackages ?? [])]).filter((name) => name !== 'gadget');
    installRpms(work, base, old, names);
    const fresh = join(base, 'srv/repository');
    for (const one of FRESH) buildRpm(work, fresh, one);
    writeRpmMetadata(fresh);
    rmSync(join(fresh, 'noarch/vanished-1.1-150600.1.1.noarch.rpm'));
    addZypperRepository(base, 'offline', 'file:///srv/repository');
    forgetZypperRuns(base);
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
    const script = renderZypperScript({ image: 'bci', planHash: PLAN_HASH, attempt: 1, targets });
    return patchWithLines(root, script, shell, targets, network);
  }

  test('the database is read from outside', () => {
    const text = run('rpm', ['--dbpath', join(base, 'var/lib/rpm'), '-qa', '--qf', rpmDatabase.queryFormat ?? '']);
    expect(parseRpmList(text).find((one) => one.name === 'acme-libs')).toEqual({
      name: 'acme-libs',
      version: '1:1.9-150600.3.1',
      arch: 'noarch',
      source: 'acme',
      sourceVersion: '1:1.9-150600.3.1',
      held: false,
    });
  });

  describe.each(SHELLS)('under %s', (shell) => {
    test('raises what a target names, leaves nothing behind, and says so again', () => {
      withFreshRoot(base, (root) => {
        const before = filesOf(root);
        const targets = [
          upgrade('acme-libs', '1:1.10-150600.3.1'),
          upgrade('gadget', '2.0-150600.3.12'),
          upgrade('solo', '1.1'),
          upgrade('python3.11', '1.1-150600.1.1'),
          upgrade('leaf', '0.9'),
          upgrade('nowhere', '1.0'),
        ];
        const first = patch(root, shell, targets);
        expect(first.byName).toEqual({
          'acme-libs': 'fixed',
          gadget: 'fixed',
          solo: 'fixed',
          'python3.11': 'fixed',
          leaf: 'already-fixed',
          nowhere: 'not-installed',
        });
        expect(first.ran.code).toBe(0);
        expect(first.results[0]?.binaries).toEqual([
          { name: 'acme-libs', arch: 'noarch', before: '1:1.9-150600.3.1', after: '1:1.10-150600.3.1' },
        ]);
        expect(first.results[1]?.binaries).toEqual([
          { name: 'widget', arch: 'noarch', before: '2.0-150600.3.9', after: '2.0-150600.3.12' },
        ]);
        expect(filesOf(root).filter((path) => !before.includes(path))).toEqual([]);

        rmSync(join(root, 'srv/repository'), { recursive: true });
        const again = patch(root, shell, targets);
        expect(Object.values(again.byName)).toEqual([
          'already-fixed',
          'already-fixed',
          'already-fixed',
          'already-fixed',
          'already-fixed',
          'not-installed',
        ]);
        expect(again.ran).toMatchObject({ code: 0, stderr: '' });
      });
    });

    test('keeps what works where other targets cannot be fixed, with the reason of each', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran, results } = patch(root, shell, [
          upgrade('solo', '1.1-150600.1.1'),
          upgrade('lagging', '1.2-150600.1.1'),
          upgrade('vanished', '1.1-150600.1.1'),
          upgrade('greedy', '1.1-150600.1.1'),
          upgrade('acme', '2:1.0-1'),
          upgrade('gadget', '2.0-150600.4.1'),
        ]);
        expect(byName).toEqual({
          solo: 'fixed',
          lagging: 'residual fix-not-in-repository',
          vanished: 'residual not-fetchable',
          greedy: 'residual conflict',
          acme: 'residual fix-not-in-repository',
          gadget: 'residual fix-not-in-repository',
        });
        expect(ran.code).toBe(0);
        expect(results[1]?.binaries).toEqual([
          { name: 'lagging', arch: 'noarch', before: '1.0-150600.1.1', after: '1.1-150600.1.1' },
        ]);
      });
    });

    test('leaves locked packages alone, and what was automatic stays so', () => {
      withFreshRoot(base, (root) => {
        lockZypperPackages(root, ['so?o', 'nothing*']);
        mkdirSync(join(root, 'var/lib/zypp'));
        const automatic = join(root, 'var/lib/zypp/AutoInstalled');
        writeFileSync(automatic, '# AutoInstalled\nacme\nlagging\n');
        const { byName, ran } = patch(root, shell, [upgrade('solo', '1.1'), upgrade('lagging', '1.1')]);
        expect(byName).toEqual({ solo: 'residual held', lagging: 'fixed' });
        expect(ran.code).toBe(0);
        expect(readFileSync(automatic, 'utf8')).toBe('# AutoInstalled\nacme\nlagging\n');
      });
    });

    test('removes what policy allows and nothing that others need', () => {
      withFreshRoot(base, (root) => {
        const first = patch(root, shell, [remove('leaf', '1.1'), remove('needed', '1.1'), remove('acme', '1:2')]);
        expect(first.byName).toEqual({ leaf: 'fixed', needed: 'residual conflict', acme: 'fixed' });
        const again = patch(root, shell, [remove('leaf', '1.1'), remove('needy', '1.1'), remove('needed', '1.1')]);
        expect(again.byName).toEqual({ leaf: 'not-installed', needy: 'fixed', needed: 'fixed' });
        expect(again.ran.code).toBe(0);
      });
    });

    test('raises what is to be removed and others need', () => {
      withFreshRoot(base, (root) => {
        const alone = patch(root, shell, [remove('headers', '1.1')]);
        expect([alone.byName, alone.ran.code]).toEqual([{ headers: 'fixed' }, 0]);
        expect(alone.results[0]?.binaries).toEqual([
          { name: 'headers', arch: 'noarch', before: '1.0-150600.1.1', after: '1.1-150600.1.1' },
        ]);
        const unmet = patch(root, shell, [remove('headers', '1.2'), remove('leaf', '1.1'), upgrade('solo', '1.1')]);
        expect(unmet.byName).toEqual({ headers: 'residual conflict', leaf: 'fixed', solo: 'fixed' });
      });
    });

    test('raises what has another architecture now', () => {
      withFreshRoot(base, (root) => {
        const { byName, ran, results } = patch(root, shell, [upgrade('grown', '1.1'), upgrade('shrunk', '1.1')]);
        expect([byName, ran.code]).toEqual([{ grown: 'fixed', shrunk: 'fixed' }, 0]);
        const native = run('rpm', ['--eval', '%{_target_cpu}']).trim();
        expect(results.map(({ binaries }) => binaries)).toEqual([
          [{ name: 'grown', arch: native, before: '1.0-150600.1.1', after: '1.1-150600.1.1' }],
          [{ name: 'shrunk', arch: 'noarch', before: '1.0-150600.1.1', after: '1.1-150600.1.1' }],
        ]);
      });
    });

    test('changes companions with the targets that need it', () => {
      withFreshRoot(base, (root) => {
        const withCompanions = (targets: readonly ScriptTarget[], up: string[], out: string[]): Patched => {
          const companions = { upgrade: up, remove: out };
          const script = renderZypperScript({ image: 'bci', planHash: PLAN_HASH, attempt: 1, targets, companions });
          return patchWithLines(root, script, shell, targets);
        };
        expect(withCompanions([upgrade('solo', '1.0')], ['lagging'], ['leaf']).ran).toMatchObject({
          code: 0,
          stderr: '',
        });
        const removed = withCompanions([remove('needed', '1.1')], [], ['needy']);
        expect([removed.byName, removed.ran.code]).toEqual([{ needed: 'fixed' }, 0]);
        const raised = withCompanions([upgrade('solo', '1.1')], ['lagging', 'vanished', 'nowhere'], ['leaf']);
        expect([raised.byName, raised.ran.code]).toEqual([{ solo: 'fixed' }, 0]);
        const all = inRoot(root, ['rpm', '--dbpath', '/var/lib/rpm', '-qa', '--qf', '%{NAME} %{VERSION}\n']).stdout;
        expect(all).toContain('vanished 1.0\n');
        expect(all).toContain('solo 1.1\n');
        expect(all).not.toMatch(/^(?:needed|needy|leaf) /m);
        expect(withCompanions([upgrade('python3.11', '1.1')], ['lagging'], []).byName).toEqual({
          'python3.11': 'fixed',
        });
        const later = inRoot(root, ['rpm', '--dbpath', '/var/lib/rpm', '-q', '--qf', '%{VERSION}', 'lagging']).stdout;
        expect(later).toBe('1.1');
      });
    });

    test('exits 10 where nothing improved, and tells an unreachable repository from a missing fix', () => {
      withFreshRoot(base, (root) => {
        rmSync(join(root, 'srv/repository'), { recursive: true });
        const { byName, ran } = patch(root, shell, [upgrade('solo', '1.1-150600.1.1')]);
        expect(byName).toEqual({ solo: 'residual not-fetchable' });
        expect(ran.code).toBe(10);
      });
    });

    test('takes what other repositories offer where one does not answer', () => {
      withFreshRoot(base, (root) => {
        addZypperRepository(root, 'gone', 'file:///srv/gone');
        const { byName, ran } = patch(root, shell, [upgrade('solo', '1.1-1'), upgrade('lagging', '1.2-1')]);
        expect(byName).toEqual({ solo: 'fixed', lagging: 'residual not-fetchable' });
        expect(ran.code).toBe(0);
      });
    });

    test('takes a package file answered 404 for not fetchable', async () => {
      const server = await serveDirectory(join(base, 'srv/repository'));
      withFreshRoot(base, (root) => {
        addZypperRepository(root, 'offline', server.url);
        const { byName } = patch(root, shell, [upgrade('solo', '1.1'), upgrade('vanished', '1.1')], 'host');
        expect(byName).toEqual({ solo: 'fixed', vanished: 'residual not-fetchable' });
      });
      server.close();
    });

    test('fails without a database', () => {
      withFreshRoot(base, (root) => {
        rmSync(join(root, 'var/lib/rpm'), { recursive: true });
        const script = renderZypperScript({
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
