import { renderScript } from '../../script/render-script';
import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import { isRpmPackageName, isRpmVersion } from './names';

/**
 * The engine's functions for rpm and dnf, both dnf 4 and dnf 5. Sources: rpm(8), rpm-lua(7), rpm-version(7), dnf(8),
 * dnf.conf(5), dnf5(8), dnf5-changes-from-dnf4(7).
 */
const FUNCTIONS = shell`
start() {
  for tool in rpm dnf; do
    command -v "$tool" >/dev/null || fail "$tool is not there: not a dnf image"
  done
  HOME=$work/home
  mkdir "$HOME" || fail 'cannot write to the private directory'
  export HOME
  unset PYTHONPATH PYTHONHOME RPM_CONFIGDIR
  if [ "$(compare 0 1.9 1 0 1.10 1)" != -1 ]; then fail 'rpm does not compare versions'; fi
  find_database
  note_absent /var/log/dnf.log /var/log/dnf.librepo.log /var/log/dnf.rpm.log /var/log/dnf5.log /var/log/hawkey.log \
    /var/cache/dnf /var/cache/libdnf5 /var/lib/rpm/__db.001 /var/lib/rpm/__db.002 /var/lib/rpm/__db.003
}

# rpm is asked first. Where it knows no package, it may look elsewhere than the package manager does (Debian's rpm looks
# in the home directory): then the first place with a database is the one, for rpm and for dnf.
find_database() {
  rpm -qa >"$work/probe" 2>/dev/null </dev/null
  if [ -s "$work/probe" ]; then return 0; fi
  for place in /usr/lib/sysimage/rpm /var/lib/rpm; do
    for file in rpmdb.sqlite Packages.db Packages; do
      if [ -s "$place/$file" ]; then
        printf '%%_dbpath %s\n' "$place" >"$HOME/.rpmmacros"
        return 0
      fi
    done
  done
}

# full <epoch> <version> <release>
full() {
  case $1 in
    '' | 0 | '(none)') printf '%s-%s' "$2" "$3" ;;
    *) printf '%s:%s-%s' "$1" "$2" "$3" ;;
  esac
}

# origin_of <source rpm> <epoch> <name> <version> <release>: sets source and source_version; an rpm that does not say
# is its own source. The epoch of a source is its binary's.
origin_of() {
  source=$3
  source_version=$(full "$2" "$4" "$5")
  case $1 in
    *-*-*.src.rpm) rest=\${1%.src.rpm} ;;
    *-*-*.nosrc.rpm) rest=\${1%.nosrc.rpm} ;;
    *) return 0 ;;
  esac
  origin_release=\${rest##*-}
  rest=\${rest%-*}
  source=\${rest%-*}
  source_version=$(full "$2" "\${rest##*-}" "$origin_release")
}

list_installed() {
  rpm -qa --qf '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}\n' >"$work/dump" </dev/null || return 1
  while IFS='|' read -r name epoch version release arch source_rpm; do
    if [ "$name" = gpg-pubkey ]; then continue; fi
    origin_of "$source_rpm" "$epoch" "$name" "$version" "$release"
    printf '%s|%s|%s|%s|%s|%s|\n' "$name.$arch" "$name" "$arch" "$(full "$epoch" "$version" "$release")" \
      "$source" "$source_version"
  done <"$work/dump" >"$1"
}

# compare <epoch> <version> <release> <epoch> <version> <release>: prints -1, 0 or 1. Segment by segment, because
# rpm's function takes whole versions only since 4.16. A release that one side does not have is not compared.
compare() {
  for segment in "$@"; do
    case $segment in
      *[!A-Za-z0-9.+~^_]*) return 1 ;;
    esac
  done
  if [ -z "$2" ] || [ -z "$5" ]; then return 1; fi
  lua="local c = rpm.vercmp('$1', '$4')"
  lua="$lua if c == 0 then c = rpm.vercmp('$2', '$5') end"
  if [ -n "$3" ] && [ -n "$6" ]; then lua="$lua if c == 0 then c = rpm.vercmp('$3', '$6') end"; fi
  rpm --eval "%{lua: $lua print(c)}" 2>/dev/null </dev/null
}

# cut_version <text>: sets e, v and r.
cut_version() {
  e=0
  v=$1
  r=''
  case $v in
    *:*)
      e=\${v%%:*}
      v=\${v#*:}
      ;;
  esac
  case $v in
    *-*)
      r=\${v##*-}
      v=\${v%-*}
      ;;
  esac
}

at_least() {
  if [ "$1" = "$2" ]; then return 0; fi
  cut_version "$2"
  floor_e=$e
  floor_v=$v
  floor_r=$r
  cut_version "$1"
  case $(compare "$e" "$v" "$r" "$floor_e" "$floor_v" "$floor_r") in
    0 | 1) return 0 ;;
    *) return 1 ;;
  esac
}

# run_dnf <log> <argument...>. Where a repository does not answer, the others still serve.
run_dnf() {
  d_log=$1
  shift
  if [ "$refreshed" = failed ]; then set -- '--setopt=*.skip_if_unavailable=True' "$@"; fi
  if [ -n "$releasever" ]; then set -- "--releasever=$releasever" "$@"; fi
  logged "$d_log" dnf -y --setopt=install_weak_deps=False "$@"
}

refresh() {
  run_dnf "$work/refresh.log" makecache --refresh
  r_status=$?
  refreshed=ok
  if [ "$r_status" -ne 0 ]; then refreshed=failed; fi
  if mentions "$work/refresh.log" 'Ignoring repositories' 'Failed to download metadata'; then refreshed=failed; fi
}

# Together, only the newest will do; alone, an older one that is installable is better than none.
change() {
  c_action=$1
  c_ids=$2
  c_log=$3
  case $4 in
    together) c_best=True ;;
    *) c_best=False ;;
  esac
  set --
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$c_ids"
  if [ "$c_action" = remove ]; then
    logged "$c_log" rpm -e --test -- "$@" || return 1
    logged "$c_log" rpm -e -- "$@"
  else
    run_dnf "$c_log" upgrade "--setopt=best=$c_best" "$@"
  fi
}

settle() {
  :
}

newest() {
  set -- "$1" "$2" dnf -q -C
  if [ -n "$releasever" ]; then set -- "$@" "--releasever=$releasever"; fi
  n_id=$1
  n_how=$2
  shift 2
  "$@" repoquery --latest-limit=1 --qf '%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{sourcerpm}\n' "$n_id" \
    >"$work/offers" 2>/dev/null || return 0
  while IFS='|' read -r name epoch version release arch source_rpm; do
    if [ "$name.$arch" != "$n_id" ]; then continue; fi
    origin_of "$source_rpm" "$epoch" "$name" "$version" "$release"
    if [ "$n_how" = source ]; then
      printf '%s\n' "$source_version"
    else
      printf '%s\n' "$(full "$epoch" "$version" "$release")"
    fi
    break
  done <"$work/offers"
}

failure() {
  if mentions "$1" 'Error downloading packages' 'Cannot download' 'Failed to download' 'No more mirrors' 'Curl error' \
    'Status code: 404' 'incorrect checksum'; then
    echo not-fetchable
  elif mentions "$1" 'Problem' 'conflicts with' 'nothing provides' 'Transaction test error' 'Transaction check error'; then
    echo conflict
  else
    echo below-floor
  fi
}

intact() {
  [ -s "$work/installed" ]
}

restore() {
  :
}

clean_caches() {
  dnf -q clean all >/dev/null 2>&1 </dev/null || :
  rm -rf /var/cache/dnf/* /var/cache/libdnf5/*
}
`;

/**
 * The patch script for dnf.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderDnfScript(input: ScriptInput): string {
  return renderScript(
    {
      ecosystem: 'dnf',
      sourceNames: 'fallback',
      takesReleasever: true,
      isPackageName: isRpmPackageName,
      isVersion: isRpmVersion,
      functions: FUNCTIONS,
    },
    input,
  );
}
