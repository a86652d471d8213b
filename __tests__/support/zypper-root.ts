import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a run of zypper leaves behind, relative to a root. */
const ZYPPER_TRACES: readonly string[] = [
  'var/cache/zypp',
  'var/log/zypp',
  'var/log/zypper.log',
  'var/lib/zypp',
  'run/zypp.pid',
];

/** Defines one more repository of a root's zypper. */
export function addZypperRepository(root: string, alias: string, url: string): void {
  mkdirSync(join(root, 'etc/zypp/repos.d'), { recursive: true });
  const text = `[${alias}]\nname=${alias}\nbaseurl=${url}\nenabled=1\nautorefresh=1\ngpgcheck=0\n`;
  writeFileSync(join(root, 'etc/zypp/repos.d', `${alias}.repo`), text);
}

/** Locks packages as `zypper addlock` does. */
export function lockZypperPackages(root: string, patterns: readonly string[]): void {
  const blocks = patterns.map(
    (pattern) => `\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: ${pattern}\n`,
  );
  writeFileSync(join(root, 'etc/zypp/locks'), blocks.join(''));
}

/** Removes what earlier runs of zypper left in a root. */
export function forgetZypperRuns(root: string): void {
  for (const path of ZYPPER_TRACES) rmSync(join(root, path), { recursive: true, force: true });
}
