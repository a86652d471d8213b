import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Debian has a real dnf, but neither yum 3.4 nor microdnf. These shims take what those take on their command line,
 * refuse what those do not know, and let dnf do it: the templates run for real, the messages are dnf's
 * (docs/verification.md). Like yum and old microdnf, they keep their caches in `/var/cache/yum`.
 */
const RUN_DNF = `dnf --setopt=cachedir=/var/cache/yum --releasever=1 "$@"
status=$?
rm -f /var/log/dnf.log /var/log/dnf.librepo.log /var/log/dnf.rpm.log /var/log/hawkey.log
exit "$status"
`;

/** yum 3.4: `makecache fast`, no `--refresh`, no weak dependencies, only the newest, and it fails where that is not to be had. */
const YUM = `#!/bin/sh
count=$#
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  count=$((count - 1))
  case $word in
    --refresh | --best | --nobest | --setopt=best=* | --setopt=install_weak_deps=* | --releasever=*)
      echo "Command line error: no such option: $word" >&2
      exit 1
      ;;
    repoquery)
      echo "No such command: $word. Please use /usr/bin/yum --help" >&2
      exit 1
      ;;
    fast) set -- "$@" --refresh ;;
    *) set -- "$@" "$word" ;;
  esac
done
set -- --setopt=best=True --setopt=install_weak_deps=False "$@"
${RUN_DNF}`;

function microdnf(knows: 'all' | 'little'): string {
  const [options, verbs] = knows === 'all' ? ['--best | --nobest', 'makecache | module | '] : ['--none', ''];
  return `#!/bin/sh
if [ "$*" = --help ]; then
  echo 'Usage: microdnf COMMAND'
  echo '  ${options}'
  exit 0
fi
verb=''
best=False
count=$#
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  count=$((count - 1))
  case $word in
    --best) best=True ;;
    --nobest) best=False ;;
  esac
  case $word in
    ${options}) ;;
    -y | --releasever=*) ;;
    --setopt=install_weak_deps=0 | --setopt=tsflags=nodocs) ;;
    -*)
      echo "error: Unknown option $word" >&2
      exit 1
      ;;
    *)
      if [ -z "$verb" ]; then
        verb=$word
        case $verb in
          ${verbs}install | update | upgrade | remove | clean) ;;
          *)
            echo "error: Unknown command: '$verb'" >&2
            exit 1
            ;;
        esac
      fi
      set -- "$@" "$word"
      ;;
  esac
done
set -- -y --setopt=install_weak_deps=False "--setopt=best=$best" '--setopt=*.skip_if_unavailable=False' "$@"
${RUN_DNF}`;
}

/** Text of each shim. */
const SHIMS = { yum: YUM, microdnf: microdnf('all'), 'old-microdnf': microdnf('little') } as const;

/** Puts a shim into a root that has dnf. `old-microdnf` is a microdnf that knows neither makecache nor `--best`. `dnf` is the command inside the root that does the work. */
export function installShim(root: string, shim: keyof typeof SHIMS, dnf = 'dnf'): void {
  const path = join(root, 'usr/bin', shim.replace('old-', ''));
  writeFileSync(path, SHIMS[shim].replace(/^dnf /m, `${dnf} `));
  chmodSync(path, 0o755);
}
