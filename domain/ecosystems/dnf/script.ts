import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import type { DnfFamilyTemplate } from '../rpm/dnf-family-script';
import { renderDnfFamilyScript } from '../rpm/dnf-family-script';

/**
 * The engine's functions for dnf, both dnf 4 and dnf 5. Sources: dnf(8), dnf.conf(5), dnf5(8),
 * dnf5-changes-from-dnf4(7).
 */
const FUNCTIONS = shell`
# manage <log> <argument...>. Where a repository does not answer, the others still serve.
manage() {
  d_log=$1
  shift
  if [ "$refreshed" = failed ]; then set -- '--setopt=*.skip_if_unavailable=True' "$@"; fi
  if [ -n "$releasever" ]; then set -- "--releasever=$releasever" "$@"; fi
  logged "$d_log" dnf -y --setopt=install_weak_deps=False "$@"
}

refresh() {
  manage "$work/refresh.log" makecache --refresh
  r_status=$?
  refreshed=ok
  if [ "$r_status" -ne 0 ]; then refreshed=failed; fi
  if mentions "$work/refresh.log" 'Ignoring repositories' 'Failed to download metadata'; then refreshed=failed; fi
  select_streams
}

# Together, only the newest will do; alone, an older one that is installable is better than none.
raise() {
  case $1 in
    together) c_best=True ;;
    *) c_best=False ;;
  esac
  shift
  manage "$c_log" upgrade "--setopt=best=$c_best" "$@"
}

newest() {
  set -- "$1" "$2" dnf -q -C
  if [ -n "$releasever" ]; then set -- "$@" "--releasever=$releasever"; fi
  n_id=$1
  n_how=$2
  shift 2
  "$@" repoquery --latest-limit=1 --qf '%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{sourcerpm}\n' "$n_id" \
    >"$work/offers" 2>/dev/null || return 0
  candidate=''
  while IFS='|' read -r name epoch version release arch source_rpm; do
    case $n_id in
      "$name" | "$name.$arch") ;;
      *) continue ;;
    esac
    origin_of "$source_rpm" "$epoch" "$name" "$version" "$release"
    if [ "$n_how" = source ]; then n_version=$source_version; else n_version=$(full "$epoch" "$version" "$release"); fi
    if [ -z "$candidate" ] || at_least "$n_version" "$candidate"; then candidate=$n_version; fi
  done <"$work/offers"
  printf '%s\n' "$candidate"
}
`;

const TEMPLATE: DnfFamilyTemplate = {
  id: 'dnf',
  takesReleasever: true,
  takesModuleStreams: true,
  leftovers: [
    '/var/log/dnf.log',
    '/var/log/dnf.librepo.log',
    '/var/log/dnf.rpm.log',
    '/var/log/dnf5.log',
    '/var/log/hawkey.log',
    '/var/cache/dnf',
    '/var/cache/libdnf5',
  ],
  caches: ['/var/cache/dnf/*', '/var/cache/libdnf5/*'],
  failure: {
    notFetchable: [
      'Error downloading packages',
      'Cannot download',
      'Failed to download',
      'No more mirrors',
      'Curl error',
      'Status code: 404',
      'incorrect checksum',
    ],
    conflict: ['Problem', 'conflicts with', 'nothing provides', 'Transaction test error', 'Transaction check error'],
  },
  functions: FUNCTIONS,
};

/**
 * The patch script for dnf.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderDnfScript(input: ScriptInput): string {
  return renderDnfFamilyScript(TEMPLATE, input);
}
