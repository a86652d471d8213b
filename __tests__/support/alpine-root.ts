import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from './chroot-root';

/** A package in a repository or in the database of the stand-in for apk. */
export interface ApkPackage {
  readonly name: string;
  readonly version: string;
  /** @default its own name */
  readonly origin?: string;
  /** Dependencies as in a record's `D:`, e.g. `libssl3>=3.1`, `!bystander`. */
  readonly depends?: readonly string[];
  /** The package's script fails. */
  readonly failing?: boolean;
  /** The index has it, its file is not there. */
  readonly missing?: boolean;
}

const SHELLS = ['busybox', 'dash', 'bash'];

/**
 * Makes a root that is like Alpine's as far as a script can tell: all commands are busybox's, and `apk` is the stand-in
 * of `fake-apk/`. The shells are the machine's own, with the libraries that they need.
 */
export function buildAlpineRoot(root: string): void {
  for (const path of ['bin', 'sbin', 'usr/bin', 'dev', 'tmp', 'lib/apk/db', 'etc/apk', 'var/cache/apk', 'var/log']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  for (const shell of SHELLS) {
    const path = run('sh', ['-c', `command -v ${shell}`]).trim();
    copyFileSync(path, join(root, 'bin', shell));
    for (const library of librariesOf(path)) {
      mkdirSync(join(root, dirname(library)), { recursive: true });
      copyFileSync(library, join(root, library));
    }
  }
  for (const applet of run('busybox', ['--list']).split('\n')) {
    if (applet !== '' && !SHELLS.includes(applet) && applet !== 'sh') symlinkSync('busybox', join(root, 'bin', applet));
  }
  symlinkSync('busybox', join(root, 'bin/sh'));
  run('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
  for (const file of ['apk', 'apk.awk']) copyFileSync(join(__dirname, 'fake-apk', file), join(root, 'sbin', file));
  chmodSync(join(root, 'sbin/apk'), 0o755);
}

function librariesOf(program: string): string[] {
  const listing = run('sh', ['-c', `ldd ${program} 2>/dev/null || :`]);
  return [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '').filter((path) => path !== '');
}

/** The release of apk-tools that the stand-in plays. */
export function playApk(root: string, version: string): void {
  writeFileSync(join(root, 'etc/fake-apk'), `${version}\n`);
}

/** Writes the database of installed packages, with further lines as real ones have them, and the world. */
export function installApks(root: string, packages: readonly ApkPackage[], world: readonly string[]): void {
  const records = packages.map(
    (one) => `C:Q1${basename(one.name)}=\n${recordOf(one)}T:A package\nF:usr\nR:${one.name}\n`,
  );
  writeFileSync(join(root, 'lib/apk/db/installed'), records.map((record) => `${record}\n`).join(''));
  writeFileSync(join(root, 'etc/apk/world'), world.map((line) => `${line}\n`).join(''));
}

/** Makes a repository in a directory of the root. */
export function writeApkRepository(root: string, directory: string, packages: readonly ApkPackage[]): void {
  const target = join(root, directory);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'APKINDEX'), packages.map((one) => `${recordOf(one)}\n`).join(''));
  for (const one of packages) {
    if (one.missing === true) continue;
    const text = one.failing === true ? 'post-install: fail\n' : 'package\n';
    writeFileSync(join(target, `${one.name}-${one.version}.apk`), text);
  }
}

/** Names the repositories of a root, as lines of `/etc/apk/repositories`. */
export function useApkRepositories(root: string, lines: readonly string[]): void {
  writeFileSync(join(root, 'etc/apk/repositories'), lines.map((line) => `${line}\n`).join(''));
}

/** The text of a root's world. */
export function worldOf(root: string): string {
  return readFileSync(join(root, 'etc/apk/world'), 'utf8');
}

function recordOf({ name, version, origin, depends = [] }: ApkPackage): string {
  const fields = [`P:${name}`, `V:${version}`, 'A:x86_64', `o:${origin ?? name}`];
  return [...fields, ...(depends.length > 0 ? [`D:${depends.join(' ')}`] : [])].map((line) => `${line}\n`).join('');
}
