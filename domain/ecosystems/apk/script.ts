import { renderScript } from '../../script/render-script';
import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import { isApkPackageName, isApkVersion } from './names';

/**
 * The engine's functions for apk-tools 2 and 3. Nothing is cached, so nothing of a cache is left behind, and
 * `/etc/apk/world` is as it was after an upgrade. Sources: apk(8), apk-upgrade(8), apk-fix(8), apk-del(8),
 * apk-policy(8), apk-version(8), apk-world(5), apk-package(5); app_policy.c, commit.c, print.c, database.c of apk-tools.
 */
const FUNCTIONS = shell`
damage_before=''
offers=no

start() {
  command -v apk >/dev/null || fail 'apk is not there: not an apk image'
  unset APK_CONFIG
  if [ "$(apk version -t 1.9-r1 1.10-r0 2>/dev/null </dev/null)" != '<' ]; then fail 'apk does not compare versions'; fi
  database=''
  for place in /lib/apk/db/installed /usr/lib/apk/db/installed; do
    if [ -f "$place" ]; then
      database=$place
      break
    fi
  done
  if [ -z "$database" ]; then fail 'apk has no database of installed packages'; fi
  world=''
  if [ -f /etc/apk/world ]; then
    world=$work/world
    cp /etc/apk/world "$world" || fail 'cannot write to the private directory'
  fi
  note_absent /var/log/apk.log /var/cache/apk /lib/apk/exec /etc/apk/world
}

# close_record: prints the record that was read. One that is called .something is virtual and has no files.
close_record() {
  case $name in
    '' | .*) return 0 ;;
  esac
  held=''
  case "$pinned" in
    *" $name "*) held=held ;;
  esac
  printf '%s|%s|%s|%s|%s|%s|%s\n' "$name" "$name" "$arch" "$version" "\${origin_name:-$name}" "$version" "$held"
}

# read_pins: sets pinned to the names that world allows exactly one version of.
read_pins() {
  pinned=' '
  if [ -z "$world" ]; then return 0; fi
  while read -r w_word _; do
    case $w_word in
      *'=~'* | *'~='* | *'>='* | *'<='*) ;;
      *'><'*) pinned="$pinned\${w_word%%>*} " ;;
      *=*) pinned="$pinned\${w_word%%=*} " ;;
    esac
  done <"$world"
}

# A record's fields are lines with a letter and a colon first; the line f: tells of a failed script or missing files.
list_installed() {
  cp "$database" "$work/dump" || return 1
  echo >>"$work/dump"
  read_pins
  damage=0
  name=''
  version=''
  arch=''
  origin_name=''
  while IFS= read -r line; do
    case $line in
      '')
        close_record
        name=''
        version=''
        arch=''
        origin_name=''
        ;;
      P:*) name=\${line#P:} ;;
      V:*) version=\${line#V:} ;;
      A:*) arch=\${line#A:} ;;
      o:*) origin_name=\${line#o:} ;;
      f:*[fs]*) damage=$((damage + 1)) ;;
    esac
  done <"$work/dump" >"$1"
  if [ -z "$damage_before" ]; then damage_before=$damage; fi
}

at_least() {
  if [ "$1" = "$2" ]; then return 0; fi
  case $1 in
    '' | -* | *[!A-Za-z0-9._~-]*) return 1 ;;
  esac
  case $(apk version -t "$1" "$2" 2>/dev/null </dev/null) in
    '>' | '=') return 0 ;;
    *) return 1 ;;
  esac
}

refresh() {
  refreshed=ok
  logged "$work/refresh.log" apk update --no-cache --no-progress || refreshed=failed
  if mentions "$work/refresh.log" 'WARNING: Ignoring' 'WARNING: updating' 'WARNING: opening' ' unavailable,'; then
    refreshed=failed
  fi
}

# raise <id...>: upgrades these and what they need. Before 2.14, "apk upgrade" may take no names and upgrade everything;
# "apk fix --upgrade" always did the same for names. Where a repository does not answer, the others still serve.
raise() {
  r_version=$(apk --version 2>/dev/null </dev/null)
  r_version=\${r_version#apk-tools }
  r_version=\${r_version%%[!0-9.]*}
  if at_least "$r_version" 2.14.0; then
    logged "$c_log" apk upgrade --no-cache --no-progress "$@"
  else
    logged "$c_log" apk fix --upgrade --no-cache --no-progress "$@"
  fi
  r_status=$?
  if [ "$r_status" -ne 0 ] && [ "$refreshed" = failed ] && mentions "$c_log" force-missing-repositories; then
    logged "$c_log" apk upgrade --no-cache --no-progress --force-missing-repositories "$@"
    r_status=$?
  fi
  keep_world
  return "$r_status"
}

# keep_world: the packages that are asked for stay the same, to the byte.
keep_world() {
  if [ -z "$world" ] || [ "$(cat "$world"; echo .)" = "$(cat /etc/apk/world; echo .)" ]; then return 0; fi
  cat "$world" >/etc/apk/world
}

change() {
  c_action=$1
  c_ids=$2
  c_log=$3
  set --
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$c_ids"
  if [ "$c_action" != remove ]; then
    raise "$@"
    return
  fi
  removes_only "$@" || return 1
  logged "$c_log" apk del --no-cache --no-progress "$@"
  c_status=$?
  if [ -n "$world" ]; then cp /etc/apk/world "$world"; fi
  return "$c_status"
}

# removes_only <id...>: true where a removal would take all of these packages and no other, and install nothing. What is
# only there because one of them needs it would go too.
removes_only() {
  logged "$c_log" apk del --simulate --no-cache --no-progress "$@" || return 1
  r_purged=' '
  while read -r r_count r_verb r_name _; do
    case $r_count in
      '('*/*')') ;;
      *) continue ;;
    esac
    if [ "$r_verb" != Purging ]; then return 1; fi
    case " $* " in
      *" $r_name "*) r_purged="$r_purged$r_name " ;;
      *) return 1 ;;
    esac
  done <"$c_log"
  for r_name in "$@"; do
    case $r_purged in
      *" $r_name "*) ;;
      *) return 1 ;;
    esac
  done
}

settle() {
  :
}

# list_offers: what the repositories have of all packages that were to be raised, asked once.
list_offers() {
  offers=yes
  set --
  while IFS= read -r o_id; do
    set -- "$@" "$o_id"
  done <"$work/upgrade.all"
  apk policy --no-cache "$@" >"$work/offers" 2>/dev/null </dev/null || :
}

# A version counts that a repository without a tag has: below it stands a line other than the installed database's.
newest() {
  if [ "$offers" = no ]; then list_offers; fi
  candidate=''
  o_name=''
  o_version=''
  while IFS= read -r o_line; do
    case $o_line in
      '    @'* | '    '*/installed) ;;
      '    '*)
        if [ "$o_name" != "$1" ]; then continue; fi
        if [ -z "$candidate" ] || at_least "$o_version" "$candidate"; then candidate=$o_version; fi
        ;;
      '  '*)
        o_version=\${o_line#  }
        o_version=\${o_version%%:*}
        ;;
      *' policy:') o_name=\${o_line% policy:} ;;
    esac
  done <"$work/offers"
  printf '%s\n' "$candidate"
}

# What does not fit the others is left as it is, and apk calls that a success.
failure() {
  if mentions "$1" 'mentioned in index not found' 'remote server returned error' 'HTTP 4' 'HTTP 5' 'BAD archive' \
    'BAD signature' 'UNTRUSTED signature' ': Permission denied' 'network error' 'temporary error' 'timed out' \
    'connection aborted' 'could not connect' 'DNS lookup' 'DNS:' 'TLS:' 'IO ERROR'; then
    echo not-fetchable
  elif mentions "$1" 'ERROR: ' && ! mentions "$1" 'unable to select packages' 'unsatisfiable constraints'; then
    echo below-floor
  else
    echo conflict
  fi
}

intact() {
  [ -s "$work/installed" ] && [ "$damage" -le "$damage_before" ]
}

restore() {
  if [ "$touched" = yes ]; then keep_world; fi
}

# Versions before 2.12 write the index of an update there also where nothing is to be cached.
clean_caches() {
  rm -f /var/cache/apk/APKINDEX.*
}
`;

/**
 * The patch script for apk.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderApkScript(input: ScriptInput): string {
  return renderScript(
    {
      ecosystem: 'apk',
      sourceNames: 'always',
      takesReleasever: false,
      takesModuleStreams: false,
      isPackageName: isApkPackageName,
      isVersion: isApkVersion,
      functions: FUNCTIONS,
    },
    input,
  );
}
