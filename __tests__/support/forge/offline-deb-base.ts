import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../../adapters/local/run-command';
import { makeBase } from '../../../demo/make-base';
import {
  forgeBase,
  type ForgedBase,
  type ForgeFamily,
  type ForgeOptions,
  type ForgeSource,
  REPOSITORY,
} from './forged-base';

/** Sources with one, two and three binaries; an epoch, a binary rebuild, and one that has nothing newer. */
export const DEB_SOURCES: readonly ForgeSource[] = [
  { name: 'forge-single', binaries: ['forge-single'], installed: '1.0-1', available: '1.0-1+deb12u1' },
  {
    name: 'forge-pair',
    binaries: ['libforge-pair1', 'forge-pair-utils'],
    installed: '1:2.4.0-3',
    available: '1:2.4.0-3+deb12u2',
  },
  {
    name: 'forge-trio',
    binaries: ['libforge-trio2', 'libforge-trio-common', 'forge-trio'],
    installed: '3.1~rc2-2+b1',
    available: '3.1-1',
  },
  { name: 'forge-stale', binaries: ['forge-stale'], installed: '5.0-1' },
];

const family: ForgeFamily = {
  id: 'deb',
  platform: 'DEBIAN_12',
  arch: 'all',
  defaultSources: DEB_SOURCES,
  findingName: 'source',
  sourceVersion: (version) => version.replace(/\+b\d+$/, ''),
  baseTar: async () => await makeBase({ variant: 'apt', packages: [] }),
  fill,
};

/**
 * A minimal Debian root whose only apt source is a repository inside it, with own tiny packages: old versions
 * installed, newer ones in the repository. Needs no network once the root is cached; made in about two seconds.
 */
export async function offlineDebBase(options: ForgeOptions = {}): Promise<ForgedBase> {
  return await forgeBase(family, options);
}

async function fill(root: string, work: string, sources: readonly ForgeSource[], options: ForgeOptions): Promise<void> {
  const repository = join(root, REPOSITORY);
  await mkdir(repository, { recursive: true });
  const installed: string[] = [];
  for (const source of sources) {
    for (const name of source.binaries) {
      const old = await buildDeb(work, work, source, name, source.installed, {});
      installed.push(old);
      if (source.available === undefined) await runChecked('cp', [old, repository]);
      else await buildDeb(work, repository, source, name, source.available, options);
    }
  }
  await runChecked('dpkg', [`--root=${root}`, '--install', ...installed]);
  if (options.held !== undefined && options.held.length > 0) {
    await runChecked('chroot', [root, 'apt-mark', 'hold', ...options.held]);
  }
  await writeFile(
    join(repository, 'Packages'),
    await runChecked('dpkg-scanpackages', ['--multiversion', '.'], { cwd: repository }),
  );
  for (const name of options.missingFile ?? [])
    await runChecked('sh', ['-c', 'rm "$1"/"$2"_*.deb', 'sh', repository, name]);
  const apt = join(root, 'etc/apt');
  await rm(join(apt, 'sources.list.d'), { recursive: true, force: true });
  await writeFile(join(apt, 'sources.list'), `deb [trusted=yes] file:///${REPOSITORY} ./\n`);
  if (options.upgradeBySource === false) {
    await writeFile(join(apt, 'apt.conf.d/90by-source'), 'APT::Get::Upgrade-By-Source-Package "false";\n');
  }
}

/** Builds one .deb that holds a single file. @returns its path */
async function buildDeb(
  work: string,
  into: string,
  source: ForgeSource,
  name: string,
  version: string,
  options: ForgeOptions,
): Promise<string> {
  const tree = join(work, `${name}_${version.replace(':', '%3a')}`);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 });
  await mkdir(join(tree, 'usr/share', name), { recursive: true });
  await writeFile(join(tree, 'usr/share', name, 'version'), `${version}\n`);
  const sourceVersion = family.sourceVersion(version);
  const isNamedAlike = source.name === name && sourceVersion === version;
  const origin = sourceVersion === version ? source.name : `${source.name} (${sourceVersion})`;
  const control = [
    `Package: ${name}`,
    ...(isNamedAlike ? [] : [`Source: ${origin}`]),
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Forge <forge@example.com>',
    ...(options.unmetDependency?.includes(name) === true ? ['Depends: forge-that-exists-nowhere (>= 1)'] : []),
    `Description: forged package of ${source.name}`,
    '',
  ];
  await writeFile(join(tree, 'DEBIAN/control'), control.join('\n'));
  if (options.failingScript?.includes(name) === true) {
    await writeFile(join(tree, 'DEBIAN/postinst'), '#!/bin/sh\necho "forged failure" >&2\nexit 1\n', { mode: 0o755 });
  }
  const deb = join(into, `${name}_${version.replace(/^\d+:/, '')}_all.deb`);
  await runChecked('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, deb]);
  return deb;
}
