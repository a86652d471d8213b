import { renderScript } from '../../script/render-script';
import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import { RPM_FUNCTIONS } from '../rpm/functions';
import { isRpmPackageName, isRpmVersion } from '../rpm/names';

/**
 * The engine's functions for zypper. Vendor changes and licences that nobody has agreed to are never accepted. Sources:
 * zypper(8), "update", "search", "info", "Package Locks Management" and "EXIT CODES"; locks(5); rpm(8).
 */
const FUNCTIONS = shell`
start() {
  for tool in rpm zypper; do
    command -v "$tool" >/dev/null || fail "$tool is not there: not a zypper image"
  done
  unset ZYPP_CONF ZYPP_LOCK_TIMEOUT
  prepare_rpm
  automatic=''
  if [ -f /var/lib/zypp/AutoInstalled ]; then
    automatic=$work/automatic
    cp /var/lib/zypp/AutoInstalled "$automatic" || fail 'cannot write to the private directory'
  fi
  read_locks
  note_absent /var/log/zypper.log /var/log/zypp /var/log/zypp/history /var/cache/zypp /var/cache/zypp/packages \
    /var/cache/zypp/raw /var/cache/zypp/solv /var/cache/zypp/solv/@System /var/cache/zypp/geoip.d /var/cache/zypper \
    /var/lib/zypp /var/lib/zypp/AutoInstalled /var/lib/zypp/AnonymousUniqueId /var/lib/zypp/LastDistributionFlavor \
    /run/zypp.pid /run/zypp-rpm.pid /etc/zypp/locks
}

${RPM_FUNCTIONS.trim()}

# read_locks: the names of locked packages, one a line, as patterns of the shell. Regular expressions are left to zypper.
read_locks() {
  : >"$work/locks"
  if [ ! -f /etc/zypp/locks ]; then return 0; fi
  l_type=package
  l_match=glob
  while read -r l_key l_value; do
    case $l_key in
      '') l_type=package l_match=glob ;;
      type:) l_type=$l_value ;;
      match_type:) l_match=$l_value ;;
      solvable_name:)
        case $l_type.$l_match in
          package.substring) printf '*%s*\n' "$l_value" ;;
          package.glob | package.exact) printf '%s\n' "$l_value" ;;
        esac
        ;;
    esac
  done </etc/zypp/locks >"$work/locks"
}

mark_held() {
  held=''
  while IFS= read -r l_pattern; do
    # shellcheck disable=SC2254
    case $name in
      $l_pattern) held=held ;;
    esac
  done <"$work/locks"
}

# manage <log> <argument...>. Codes from 102 on say that the transaction went well, and something beside: a reboot or a
# restart is due (102, 103), a repository was skipped (106). That a script of a package failed after the package was
# installed (107) is a failure.
manage() {
  z_log=$1
  shift
  logged "$z_log" zypper --non-interactive "$@"
  z_status=$?
  case $z_status in
    102 | 103 | 106) return 0 ;;
  esac
  return "$z_status"
}

refresh() {
  refreshed=ok
  manage "$work/refresh.log" refresh || refreshed=failed
  if mentions "$work/refresh.log" 'have not been refreshed' 'Skipping repository' 'No repositories defined'; then
    refreshed=failed
  fi
}

# Together, only the newest will do; alone, an older one that is installable is better than none.
change() {
  c_action=$1
  c_ids=$2
  c_log=$3
  c_how=$4
  set --
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$c_ids"
  case $c_action.$c_how in
    remove.*) remove_only "$@" ;;
    *.together) manage "$c_log" --no-refresh update --no-recommends "$@" ;;
    *) manage "$c_log" --no-refresh update --no-recommends --best-effort "$@" ;;
  esac
}

# attribute <name>: sets value to that attribute of the element in n_line, whose values have no quotes.
attribute() {
  value=''
  case $n_line in
    *" $1=\""*)
      value=\${n_line#*" $1=\""}
      value=\${value%%\"*}
      ;;
  esac
}

# name_of <id>
name_of() {
  while IFS='|' read -r k_id k_name _; do
    if [ "$k_id" = "$1" ]; then
      printf '%s\n' "$k_name"
      return 0
    fi
  done <"$work/known"
}

newest() {
  n_name=$(name_of "$1")
  candidate=''
  zypper --non-interactive --no-refresh --xmlout search --details --match-exact --type package "$n_name" \
    >"$work/offers" 2>/dev/null </dev/null || return 0
  while IFS= read -r n_line; do
    case $n_line in
      *'<solvable '*'repository="(System Packages)"'*) continue ;;
      *'<solvable '*) ;;
      *) continue ;;
    esac
    attribute arch
    case $1 in
      "$n_name" | "$n_name.$value") ;;
      *) continue ;;
    esac
    attribute edition
    if [ -z "$candidate" ] || at_least "$value" "$candidate"; then candidate=$value; fi
  done <"$work/offers"
  if [ "$2" = source ] && [ -n "$candidate" ]; then source_candidate; fi
  printf '%s\n' "$candidate"
}

# source_candidate: turns candidate into the version of the source of the newest n_name. The epoch of a source is its
# binary's.
source_candidate() {
  zypper --non-interactive --no-refresh info "$n_name" >"$work/info" 2>/dev/null </dev/null || return 0
  while IFS= read -r n_line; do
    case $n_line in
      'Source '[Pp]'ackage '*': '*-*-*.src | 'Source '[Pp]'ackage '*': '*-*-*.nosrc) ;;
      *) continue ;;
    esac
    cut_version "$candidate"
    value=\${n_line#*: }
    value=\${value%.*}
    n_release=\${value##*-}
    value=\${value%-*}
    value=\${value##*-}
    candidate=$(full "$e" "\${value#*:}" "$n_release")
    return 0
  done <"$work/info"
}

failure() {
  if mentions "$1" 'not found on medium' 'Failed to provide' 'Failed to download' 'Download (curl) error' \
    'Valid metadata not found' 'Timeout exceeded' 'Error code: HTTP' 'Digest verification failed' \
    'Signature verification failed'; then
    echo not-fetchable
  elif mentions "$1" 'Problem: ' 'NOT be installed' 'Detected ' 'conflicts with'; then
    echo conflict
  else
    echo below-floor
  fi
}

# An update marks what it names as asked for by hand. What was automatic stays so, and so does what came as a dependency.
restore() {
  if [ "$touched" = no ] || [ -z "$automatic" ] || [ ! -f /var/lib/zypp/AutoInstalled ]; then return 0; fi
  known=$(cat "$automatic")
  while IFS= read -r a_line; do
    case "
$known
" in
      *"
$a_line
"*) ;;
      *)
        case $a_line in
          '#'*) ;;
          *) printf '%s\n' "$a_line" >>"$automatic" ;;
        esac
        ;;
    esac
  done </var/lib/zypp/AutoInstalled
  cat "$automatic" >/var/lib/zypp/AutoInstalled
}

clean_caches() {
  zypper --non-interactive clean --all >/dev/null 2>&1 </dev/null || :
}
`;

/**
 * The patch script for zypper.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderZypperScript(input: ScriptInput): string {
  return renderScript(
    {
      ecosystem: 'zypper',
      sourceNames: 'fallback',
      takesReleasever: false,
      takesModuleStreams: false,
      isPackageName: isRpmPackageName,
      isVersion: isRpmVersion,
      functions: FUNCTIONS,
    },
    input,
  );
}
