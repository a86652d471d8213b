import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './chroot-root';

/** A tiny Debian package. */
export interface DebPackage {
  readonly name: string;
  readonly version: string;
  /** Default `all`. */
  readonly arch?: string;
  /** Further fields of the control file, e.g. `Source`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Contents of files by path, relative to the root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Paths of `files` that are configuration files. */
  readonly conffiles?: readonly string[];
  /** Body of the maintainer script that runs after unpacking. */
  readonly postinst?: string;
}

/** Builds a package. @returns the path of the `.deb` */
export function buildDeb(work: string, directory: string, one: DebPackage): string {
  const tree = join(work, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const fields = {
    Package: one.name,
    Version: one.version,
    Architecture: one.arch ?? 'all',
    Maintainer: 'Tests <tests@example.invalid>',
    ...one.fields,
    Description: 'package of a test',
  };
  const control = Object.entries(fields).map(([field, value]) => `${field}: ${value}\n`);
  writeFileSync(join(tree, 'DEBIAN/control'), control.join(''));
  for (const [path, text] of Object.entries(one.files ?? {})) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  if (one.conffiles !== undefined) {
    writeFileSync(join(tree, 'DEBIAN/conffiles'), one.conffiles.map((path) => `/${path}\n`).join(''));
  }
  if (one.postinst !== undefined) {
    writeFileSync(join(tree, 'DEBIAN/postinst'), `#!/bin/sh\n${one.postinst}\n`);
    chmodSync(join(tree, 'DEBIAN/postinst'), 0o755);
  }
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${one.name}_${one.version.replaceAll(':', '-')}_${one.arch ?? 'all'}.deb`);
  run('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, file]);
  return file;
}

/** Makes a root's only apt source a repository of these packages, inside the root. */
export function writeDebRepository(work: string, root: string, packages: readonly DebPackage[]): string {
  const directory = join(root, 'srv/repository');
  for (const one of packages) buildDeb(work, directory, one);
  writeFileSync(join(directory, 'Packages'), run('dpkg-scanpackages', ['-m', '.'], { cwd: directory }));
  writeFileSync(join(root, 'etc/apt/sources.list'), 'deb [trusted=yes] file:/srv/repository ./\n');
  return directory;
}
