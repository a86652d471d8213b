import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import type { DnfFamilyTemplate } from '../rpm/dnf-family-script';
import { renderDnfFamilyScript } from '../rpm/dnf-family-script';

/**
 * The engine's functions for yum 3.4, which knows neither weak dependencies nor `--refresh` nor `best`, and has no
 * repoquery of its own. Sources: yum(8), yum.conf(5).
 */
const FUNCTIONS = shell`
# manage <log> <argument...>. Where a repository does not answer, the others still serve.
manage() {
  y_log=$1
  shift
  if [ "$refreshed" = failed ]; then set -- '--setopt=*.skip_if_unavailable=1' "$@"; fi
  logged "$y_log" yum -y "$@"
}

# What is in the cache already counts as old.
refresh() {
  refreshed=ok
  manage "$work/expire.log" clean expire-cache || :
  manage "$work/refresh.log" makecache fast || refreshed=failed
  if mentions "$work/refresh.log" 'Cannot retrieve' 'Cannot find a valid baseurl' 'No more mirrors' \
    'Ignoring repositories'; then
    refreshed=failed
  fi
}

# Only the newest is ever taken, together or alone.
raise() {
  shift
  manage "$c_log" update "$@"
}

# "info available" shows what is newer than what is installed, one field a line. It does not tell the source's version:
# the binary's stands for it.
newest() {
  candidate=''
  n_name=''
  n_arch=''
  n_epoch=''
  n_version=''
  n_release=''
  yum -q -C info available "$1" >"$work/offers" 2>/dev/null </dev/null || return 0
  while read -r n_key n_colon n_value _; do
    if [ "$n_colon" != : ]; then continue; fi
    case $n_key in
      Name)
        n_name=$n_value
        n_epoch=''
        ;;
      Arch | Architecture) n_arch=$n_value ;;
      Epoch) n_epoch=$n_value ;;
      Version) n_version=$n_value ;;
      Release) n_release=$n_value ;;
      Repo | Repository)
        case $1 in
          "$n_name" | "$n_name.$n_arch") ;;
          *) continue ;;
        esac
        n_offer=$(full "$n_epoch" "$n_version" "$n_release")
        if [ -z "$candidate" ] || at_least "$n_offer" "$candidate"; then candidate=$n_offer; fi
        ;;
    esac
  done <"$work/offers"
  printf '%s\n' "$candidate"
}
`;

const TEMPLATE: DnfFamilyTemplate = {
  id: 'yum',
  takesReleasever: false,
  takesModuleStreams: false,
  leftovers: ['/var/log/yum.log', '/var/cache/yum'],
  caches: ['/var/cache/yum/*'],
  failure: {
    notFetchable: [
      'Error downloading packages',
      'Error Downloading Packages',
      'Cannot download',
      'checksum',
      'No more mirrors',
      'Cannot retrieve',
      'Cannot find a valid baseurl',
      'HTTP Error',
      'HTTPS Error',
      'Curl error',
      'does not match intended download',
    ],
    conflict: [
      'Requires: ',
      'conflicts with',
      'Protected multilib versions',
      'Transaction Check Error',
      'Transaction test error',
      'is needed by',
      'Problem',
      'nothing provides',
    ],
  },
  functions: FUNCTIONS,
};

/**
 * The patch script for yum.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderYumScript(input: ScriptInput): string {
  return renderDnfFamilyScript(TEMPLATE, input);
}
