import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBaseFacts } from '../../adapters/local/base-facts';
import { buildahEngine } from '../../adapters/local/engine/buildah-engine';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import { runChecked } from '../../adapters/local/run-command';
import type { InspectorFindingEvent } from '../../demo/inspector-events';
import { makeInspectorEvents } from '../../demo/inspector-events';
import type { BaseFacts } from '../../domain/platform/base-facts';
import { describeWithTools } from '../support/requires-tool';
import { runCli } from './support/cli';
import { importImage, removeImages } from './support/store';
import { uniqueRepository, withWorkspace, type Workspace } from './support/workspace';

const DEBIAN = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n';
const control = (name: string, version: string, more = ''): string =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x\nDescription: y\n z\n${more}`;

/** Files of a root, by path; `-> x` is a link. */
type Root = Readonly<Record<string, string>>;

const DISTROLESS: Root = {
  'etc/os-release': DEBIAN,
  'usr/lib/os-release': DEBIAN,
  'var/lib/dpkg/status.d/base': control('base-files', '12.4+deb12u5'),
  'var/lib/dpkg/status.d/base.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  etc/x\n',
  'var/lib/dpkg/status.d/libssl3': control('libssl3', '3.0.11-1~deb12u2', 'Source: openssl\n'),
  'var/lib/dpkg/status.d/libc6': control('libc6', '2.36-9+deb12u4', 'Source: glibc\n'),
  'var/lib/dpkg/status.d/passwd': '-> /etc/passwd',
  'usr/bin/app': 'x',
};

async function writeRoot(directory: string, root: Root): Promise<void> {
  for (const [path, content] of Object.entries(root)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    if (content.startsWith('-> ')) await symlink(content.slice(3), file);
    else await writeFile(file, content);
  }
}

async function tarOf(workspace: Workspace, root: Root): Promise<string> {
  const directory = join(workspace.directory, 'root');
  await writeRoot(directory, root);
  const tar = join(workspace.directory, 'rootfs.tar');
  await runChecked('tar', ['--create', '--file', tar, '--directory', directory, '.']);
  return tar;
}

function eventsOf(repository: string, platform: string): InspectorFindingEvent[] {
  return makeInspectorEvents(
    [
      {
        name: 'openssl',
        installed: '3.0.11-1~deb12u2',
        fixed: '3.0.14-1~deb12u1',
        vulnerabilities: ['CVE-2024-5535'],
        arch: 'amd64',
      },
    ],
    {
      repository,
      digest: `sha256:${'d'.repeat(64)}`,
      imageTags: ['stable'],
      platform,
      region: 'us-east-1',
      account: '123456789012',
      now: new Date('2026-01-15T12:00:00.000Z'),
    },
  );
}

describeWithTools(['buildah', 'tar'], 'patch: a distroless base', () => {
  it.each(['DEBIAN_12', ''])('platform %j: nothing is built, and it is said what to do', async (platform) => {
    await withWorkspace(async (workspace) => {
      const tar = await tarOf(workspace, DISTROLESS);
      const findings = await workspace.findings(eventsOf(workspace.repository, platform));
      const run = await workspace.patch(['--findings', findings, '--base', tar, '--engine', 'buildah']);
      expect([run.code, run.image.outcome]).toEqual([0, 'nothing-to-do']);
      expect(run.image.parked).toEqual({ 'unsupported-platform': 1 });
      expect(run.image.detail).toBe(
        'its base is distroless (3 packages of debian 12), so nothing in it can be upgraded: rebuild it from a newer digest of its parent, or patch the parent',
      );
      expect(await workspace.builds()).toBe(0);
      const built = (await workspace.images()).filter((name) => !name.includes('/golden-images-base/'));
      expect(built).toEqual([]);

      const again = await workspace.patch(['--findings', findings, '--base', tar, '--engine', 'buildah']);
      expect([again.code, again.image.outcome, again.report.duplicates]).toEqual([0, 'nothing-to-do', 1]);
      expect(again.image.parked).toEqual({ 'unsupported-platform': 1 });

      const explained = await runCli(['explain', 'CVE-2024-5535', '--state', workspace.state]);
      expect(explained.stdout).toContain('distroless');
      expect(explained.stdout).toContain('newer digest of its parent');
    });
  });
});

describeWithTools(['buildah'], 'the facts of a base', () => {
  const ROOTS: readonly (readonly [what: string, root: Root, facts: BaseFacts])[] = [
    [
      'distroless',
      DISTROLESS,
      { platform: { distribution: 'debian', version: '12' }, managers: [], distroless: true, packages: 3 },
    ],
    [
      'Debian',
      {
        'usr/lib/os-release': DEBIAN,
        'var/lib/dpkg/status': 'x',
        'var/lib/dpkg/status.d/x': 'x',
        'usr/bin/apt-get': 'x',
      },
      { platform: { distribution: 'debian', version: '12' }, managers: ['apt'], distroless: false },
    ],
    [
      'UBI: yum and dnf are links',
      {
        'etc/os-release': 'ID="rhel"\nVERSION_ID="9.4"\n',
        'usr/bin/dnf-3': 'x',
        'usr/bin/dnf': '-> dnf-3',
        'usr/bin/yum': '-> dnf-3',
        'var/lib/rpm/rpmdb.sqlite': 'x',
      },
      { platform: { distribution: 'rhel', version: '9.4' }, managers: ['dnf', 'yum'], distroless: false },
    ],
    [
      'ubi-minimal',
      { 'etc/os-release': 'ID=rhel\nVERSION_ID=9.4\n', 'usr/bin/microdnf': 'x', 'var/lib/rpm/rpmdb.sqlite': 'x' },
      { platform: { distribution: 'rhel', version: '9.4' }, managers: ['microdnf'], distroless: false },
    ],
    [
      'ubi-micro: an rpm database and nothing that could change it; this one cannot be read',
      { 'etc/os-release': 'ID=rhel\nVERSION_ID=9.4\n', 'var/lib/rpm/rpmdb.sqlite': 'x' },
      { platform: { distribution: 'rhel', version: '9.4' }, managers: [], distroless: true },
    ],
    ['Alpine', { 'sbin/apk': 'x', 'lib/apk/db/installed': '' }, { managers: ['apk'], distroless: false }],
    ['SLES', { 'usr/bin/zypper': 'x' }, { managers: ['zypper'], distroless: false }],
    ['nothing', { 'etc/x': 'x' }, { managers: [], distroless: false }],
    [
      'an os-release that is a link out of the image',
      { 'etc/os-release': '-> /etc/os-release', 'usr/bin/apt-get': '-> /nowhere' },
      { managers: ['apt'], distroless: false },
    ],
  ];
  const images: string[] = [];
  afterAll(async () => {
    await removeImages(images);
  });

  it.each(ROOTS)('%s', async (_what, root, facts) => {
    await withWorkspace(async (workspace) => {
      const tar = await tarOf(workspace, root);
      const image = `localhost/${uniqueRepository()}-base:1`;
      images.push(image);
      await importImage(tar, image, []);
      const found = await readBaseFacts(buildahEngine, makePackageInventory(buildahEngine), image);
      expect(found).toEqual(facts);
    });
  });
});
