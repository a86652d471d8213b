import { renderScript } from '../../script/render-script';
import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import { isAptPackageName, isAptVersion } from './names';

/**
 * The engine's functions for dpkg and apt. Sources: dpkg-query(1), dpkg(1), apt-get(8), apt-cache(8), apt-mark(8),
 * deb-version(7), invoke-rc.d's policy-rc.d interface.
 */
const FUNCTIONS = shell`
guard=''
damage_before=''

start() {
  for tool in dpkg dpkg-query apt-get apt-cache apt-mark; do
    command -v "$tool" >/dev/null || fail "$tool is not there: not an apt image"
  done
  DEBIAN_FRONTEND=noninteractive
  DEBCONF_NONINTERACTIVE_SEEN=true
  APT_LISTCHANGES_FRONTEND=none
  NEEDRESTART_SUSPEND=1
  export DEBIAN_FRONTEND DEBCONF_NONINTERACTIVE_SEEN APT_LISTCHANGES_FRONTEND NEEDRESTART_SUSPEND
  unset APT_CONFIG DPKG_ROOT DPKG_ADMINDIR DPKG_FORCE DPKG_COLORS
  native=$(dpkg --print-architecture) || fail 'dpkg does not run'
  note_absent /var/log/apt /var/log/apt/history.log /var/log/apt/term.log /var/log/apt/eipp.log.xz \
    /var/log/dpkg.log /var/log/alternatives.log /var/lib/dpkg/status-old /var/lib/dpkg/diversions-old \
    /var/cache/debconf/config.dat-old /var/cache/debconf/templates.dat-old \
    /var/cache/ldconfig /var/cache/ldconfig/aux-cache
}

# Every package with files on the disk counts, also one that is only half configured.
list_installed() {
  dpkg-query -W -f='\${db:Status-Abbrev}|\${Package}|\${Architecture}|\${Version}|\${source:Package}|\${source:Version}\n' \
    >"$work/dump" </dev/null || return 1
  damage=0
  while IFS='|' read -r status name arch version source source_version; do
    case $status in
      ?[nc]*) continue ;;
      ?[HUF]* | ??[R]*) damage=$((damage + 1)) ;;
    esac
    case $status in
      h*) held=held ;;
      *) held='' ;;
    esac
    case $arch in
      all) id=$name:$native ;;
      *) id=$name:$arch ;;
    esac
    printf '%s|%s|%s|%s|%s|%s|%s\n' "$id" "$name" "$arch" "$version" "$source" "$source_version" "$held"
  done <"$work/dump" >"$1"
  if [ -z "$damage_before" ]; then damage_before=$damage; fi
}

at_least() {
  case $1 in
    '' | -* | *[!A-Za-z0-9.+~:-]*) return 1 ;;
  esac
  dpkg --compare-versions "$1" ge "$2" >/dev/null 2>&1
}

# apt-get update succeeds with old lists where a repository does not answer: its log tells.
refresh() {
  refreshed=ok
  logged "$work/refresh.log" apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=60 update || refreshed=failed
  if mentions "$work/refresh.log" 'Failed to fetch' 'Some index files failed'; then refreshed=failed; fi
}

# No service is started by an upgrade inside an image.
guard_services() {
  if [ -n "$guard" ] || [ -e /usr/sbin/policy-rc.d ] || [ -L /usr/sbin/policy-rc.d ]; then return 0; fi
  guard=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$guard" && chmod 755 "$guard"
}

change() {
  c_action=$1
  c_ids=$2
  c_log=$3
  set --
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$c_ids"
  guard_services
  if [ "$c_action" = remove ]; then
    removes_only "$@" || return 1
    logged "$c_log" apt-get -q -y -o APT::Get::AutomaticRemove=false -o Dpkg::Use-Pty=0 purge -- "$@"
    return
  fi
  apt-mark showauto -- "$@" >"$work/auto" 2>/dev/null </dev/null
  logged "$c_log" apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=60 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 \
    install --only-upgrade --no-install-recommends --no-remove -- "$@"
  c_status=$?
  keep_automatic
  return "$c_status"
}

# Naming a package in an upgrade marks it as asked for by hand; what was automatic stays so.
keep_automatic() {
  set --
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$work/auto"
  if [ "$#" -eq 0 ]; then return 0; fi
  apt-mark auto -- "$@" >/dev/null 2>&1 </dev/null || :
}

# removes_only <id...>: true where a removal would take these packages and no other, and install nothing.
removes_only() {
  logged "$c_log" apt-get -q -s -o APT::Get::AutomaticRemove=false purge -- "$@" || return 1
  while read -r r_verb r_name _; do
    case $r_verb in
      Remv | Purg) ;;
      Inst) return 1 ;;
      *) continue ;;
    esac
    case $r_name in
      *:*) ;;
      *) r_name=$r_name:$native ;;
    esac
    case " $* " in
      *" $r_name "*) ;;
      *) return 1 ;;
    esac
  done <"$c_log"
}

settle() {
  logged "$work/settle.log" dpkg --force-confdef --force-confold --configure -a || :
}

newest() {
  apt-cache policy -- "$1" >"$work/policy" 2>/dev/null || return 0
  candidate=''
  while read -r p_key p_value _; do
    if [ "$p_key" = Candidate: ]; then candidate=$p_value; fi
  done <"$work/policy"
  case $candidate in
    '' | '(none)') return 0 ;;
  esac
  if [ "$2" = source ]; then
    apt-cache show -- "$1=$candidate" >"$work/show" 2>/dev/null || return 0
    while IFS= read -r p_line; do
      case $p_line in
        '') break ;;
        'Source: '*' ('*')')
          candidate=\${p_line##*\(}
          candidate=\${candidate%)}
          ;;
      esac
    done <"$work/show"
  fi
  printf '%s\n' "$candidate"
}

failure() {
  if mentions "$1" 'Failed to fetch' 'Unable to fetch' 'Hash Sum mismatch'; then
    echo not-fetchable
  elif mentions "$1" 'unmet dependencies' 'held broken packages' 'Unable to correct' 'but remove is disabled' \
    'pkgProblemResolver' 'Held packages were changed' 'Essential packages were removed'; then
    echo conflict
  else
    echo below-floor
  fi
}

intact() {
  [ "$damage" -le "$damage_before" ]
}

restore() {
  if [ -n "$guard" ]; then rm -f "$guard"; fi
}

clean_caches() {
  apt-get clean >/dev/null 2>&1 </dev/null || :
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
}
`;

/**
 * The patch script for apt.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderAptScript(input: ScriptInput): string {
  return renderScript(
    {
      ecosystem: 'apt',
      sourceNames: 'always',
      takesReleasever: false,
      takesModuleStreams: false,
      isPackageName: isAptPackageName,
      isVersion: isAptVersion,
      functions: FUNCTIONS,
    },
    input,
  );
}
