import { mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyExisting } from '../../../adapters/local/engine/copy-existing';
import type { Engine } from '../../../adapters/local/engine/engine';
import { readBaseFacts } from '../../../adapters/local/base-facts';
import { makePackageInventory } from '../../../adapters/local/package-inventory';
import { describeWithTools } from '../../support/requires-tool';

const STATUS = 'Package: secret\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n';
const DEBIAN = 'ID=debian\nVERSION_ID="12"\n';

let directory: string;
/** The image's root. */
let root: string;
/** A directory of this machine that no image may make us read. */
let host: string;
/** Where the copies go. */
let target: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'golden-images-copy-'));
  [root, host, target] = [join(directory, 'root'), join(directory, 'host'), join(directory, 'target')];
  for (const one of [root, host, target]) await mkdir(one);
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(base: string, path: string, text: string): Promise<string> {
  const file = join(base, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** A link in the image. */
async function link(path: string, to: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(to, join(root, path));
}

const refuse = async (): Promise<never> => await Promise.reject(new Error('must not be asked'));
/** An engine whose only image is the root, extracted as buildah's mount is. */
const engine: Engine = {
  ...{ name: 'buildah', inspect: refuse, pull: refuse, loadArchive: refuse, build: refuse, tag: refuse, untag: refuse },
  extract: async (_reference, paths, destination) => {
    await copyExisting(root, paths, destination);
  },
};
const inventory = makePackageInventory(engine);

describe('copying out of an image', () => {
  it('copies the files and directories that exist, and nothing else', async () => {
    await write(root, 'var/lib/dpkg/status', STATUS);
    await write(root, 'var/lib/rpm/deep/one', '1');
    await write(root, 'etc/shadow', 'not asked for');
    await copyExisting(root, ['var/lib/dpkg/status', 'var/lib/rpm', 'usr/lib/sysimage/rpm'], target);
    expect(await readFile(join(target, 'var/lib/dpkg/status'), 'utf8')).toBe(STATUS);
    expect(await readFile(join(target, 'var/lib/rpm/deep/one'), 'utf8')).toBe('1');
    expect((await readdir(target, { recursive: true })).sort()).toEqual([
      'var',
      'var/lib',
      'var/lib/dpkg',
      'var/lib/dpkg/status',
      'var/lib/rpm',
      'var/lib/rpm/deep',
      'var/lib/rpm/deep/one',
    ]);
  });

  it.each(['var', 'var/lib', 'var/lib/rpm'])('passes over a path below %s where that is a link', async (parent) => {
    const path = 'var/lib/rpm/rpmdb.sqlite';
    await write(host, path.slice(parent.length + 1), 'of the machine');
    await link(parent, host);
    await copyExisting(root, [path], target);
    expect(await readdir(target, { recursive: true })).toEqual([]);
  });

  it('copies a link as a link', async () => {
    await link('var/lib/rpm/rpmdb.sqlite', await write(host, 'file', 'of the machine'));
    await copyExisting(root, ['var/lib/rpm'], target);
    const [entry] = await readdir(join(target, 'var/lib/rpm'), { withFileTypes: true });
    expect([entry?.name, entry?.isSymbolicLink()]).toEqual(['rpmdb.sqlite', true]);
  });
});

describe('the inventory of an image whose dpkg database', () => {
  it('is its own is read', async () => {
    await write(root, 'var/lib/dpkg/status', STATUS);
    expect(await inventory.packagesOf('image', 'apt')).toMatchObject([{ name: 'secret', version: '1' }]);
  });

  it('is a link to a file of this machine is not known', async () => {
    await link('var/lib/dpkg/status', await write(host, 'status', STATUS));
    expect(await inventory.packagesOf('image', 'apt')).toBeUndefined();
  });

  it.each([
    ['var/lib', 'dpkg/status'],
    ['var/lib/dpkg', 'status'],
  ])('lies below %s, a link to a directory of this machine, is not known', async (path, file) => {
    await write(host, file, STATUS);
    await link(path, host);
    expect(await inventory.packagesOf('image', 'apt')).toBeUndefined();
  });
});

describe('the platform of an image whose os-release', () => {
  it('is a file is known', async () => {
    await write(root, 'usr/lib/os-release', DEBIAN);
    await link('etc/os-release', '../usr/lib/os-release');
    expect((await readBaseFacts(engine, inventory, 'image')).platform).toMatchObject({
      distribution: 'debian',
      version: '12',
    });
  });

  it('is a link to a file of this machine is not known', async () => {
    await link('etc/os-release', await write(host, 'os-release', DEBIAN));
    expect((await readBaseFacts(engine, inventory, 'image')).platform).toBeUndefined();
  });
});

describe('the package managers of a base', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['full Amazon Linux 2023', { 'usr/bin/dnf': 'dnf-3', 'usr/bin/dnf-3': '', 'usr/bin/yum': 'dnf-3' }, ['dnf', 'yum']],
    ['Fedora 41', { 'usr/bin/dnf': 'dnf5', 'usr/bin/dnf5': '' }, ['dnf']],
    [
      'minimal Amazon Linux 2023, where dnf is microdnf',
      { 'usr/bin/dnf': 'microdnf', 'usr/bin/microdnf': '' },
      ['microdnf'],
    ],
    ['a dnf of its own', { 'usr/bin/dnf': '' }, ['dnf']],
  ])('are those of %s', async (_what, programs, managers) => {
    for (const [path, to] of Object.entries(programs)) await (to === '' ? write(root, path, 'x') : link(path, to));
    expect((await readBaseFacts(engine, inventory, 'image')).managers).toEqual(managers);
  });
});

describeWithTools(['rpm'], 'the inventory of an image whose rpm database', () => {
  // rpm cannot read this: where the link were followed, it would complain, or write into it.
  const OF_THE_MACHINE = 'no database, but a file of this machine\n'.repeat(200);

  it('is a link to a file of this machine is not known, and rpm never sees that file', async () => {
    const file = await write(host, 'rpmdb.sqlite', OF_THE_MACHINE);
    await link('var/lib/rpm/rpmdb.sqlite', file);
    expect(await inventory.packagesOf('image', 'dnf')).toBeUndefined();
    expect(await readFile(file, 'utf8')).toBe(OF_THE_MACHINE);
    expect(await readdir(host)).toEqual(['rpmdb.sqlite']);
  });

  it.each([
    ['var/lib/rpm', 'rpmdb.sqlite'],
    ['var/lib', 'rpm/rpmdb.sqlite'],
    ['usr/lib/sysimage', 'rpm/rpmdb.sqlite'],
  ])('lies behind the link %s is not known, and nothing of this machine changes', async (path, file) => {
    const database = await write(host, file, OF_THE_MACHINE);
    const before = (await readdir(host, { recursive: true })).sort();
    await link(path, host);
    expect(await inventory.packagesOf('image', 'dnf')).toBeUndefined();
    expect(await readFile(database, 'utf8')).toBe(OF_THE_MACHINE);
    expect((await readdir(host, { recursive: true })).sort()).toEqual(before);
  });

  it('is its own and broken is told', async () => {
    await write(root, 'var/lib/rpm/rpmdb.sqlite', OF_THE_MACHINE);
    await expect(inventory.packagesOf('image', 'dnf')).rejects.toThrow(/rpm cannot read/);
  });
});
