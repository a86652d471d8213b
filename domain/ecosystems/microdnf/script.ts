import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import type { DnfFamilyTemplate } from '../rpm/dnf-family-script';
import { renderDnfFamilyScript } from '../rpm/dnf-family-script';

/**
 * The engine's functions for microdnf, of which old versions know nothing but install, update, remove and clean, and of
 * options only `--setopt=install_weak_deps=0` (not `False`) and `--releasever`. Source: microdnf(8); dnf/dnf-main.c of
 * rpm-software-management/microdnf.
 */
const FUNCTIONS = shell`
# manage <log> <argument...>
manage() {
  m_log=$1
  shift
  if [ -n "$releasever" ]; then set -- "--releasever=$releasever" "$@"; fi
  logged "$m_log" microdnf -y --setopt=install_weak_deps=0 "$@"
}

# Old versions have no makecache: they fetch the lists in every run. Nor have they --best.
refresh() {
  refreshed=ok
  best=''
  microdnf --help >"$work/help" 2>&1 </dev/null || :
  if mentions "$work/help" ' --best'; then best=--best; fi
  manage "$work/clean.log" clean all || :
  if ! manage "$work/refresh.log" makecache &&
    ! mentions "$work/refresh.log" 'Unknown command' 'No such command'; then
    refreshed=failed
  fi
  select_streams
}

# Only the newest will do, where this version can be told so. Alone, an older one that is installable is better than
# none, but the log of the first try tells the reason.
raise() {
  c_how=$1
  shift
  manage "$c_log" upgrade "$@" \${best:+"$best"}
  c_status=$?
  printf '%s\n' "$c_status" >"$c_log.status"
  if [ "$c_status" -ne 0 ] && [ "$c_how" = alone ] && [ -n "$best" ]; then
    manage "$c_log.any" upgrade "$@" --nobest || :
  fi
  return "$c_status"
}

# What is on offer cannot be asked in old versions: an upgrade that ended well took the newest there is. Where it did
# not, the floor counts as on offer, so that the log tells the reason.
newest() {
  n_log=$work/upgrade.$number.log
  if [ ! -f "$n_log.status" ]; then n_log=$work/upgrade.log; fi
  if [ "$(cat "$n_log.status" 2>/dev/null)" != 0 ]; then printf '%s\n' "$floor"; fi
}
`;

const TEMPLATE: DnfFamilyTemplate = {
  id: 'microdnf',
  takesReleasever: true,
  takesModuleStreams: true,
  leftovers: [
    '/var/log/dnf.log',
    '/var/log/dnf.librepo.log',
    '/var/log/dnf.rpm.log',
    '/var/log/hawkey.log',
    '/var/cache/dnf',
    '/var/cache/yum',
    '/var/cache/libdnf5',
  ],
  caches: ['/var/cache/dnf/*', '/var/cache/yum/*', '/var/cache/libdnf5/*'],
  failure: {
    notFetchable: [
      'cannot update repo',
      'cannot download',
      'Cannot download',
      'Error downloading packages',
      'Failed to download',
      'Downloading error',
      'No more mirrors',
      'Curl error',
      'Status code: 404',
      'incorrect checksum',
    ],
    conflict: [
      'Could not depsolve transaction',
      'Problem',
      'conflicts with',
      'nothing provides',
      'Error running transaction test',
      'Transaction test error',
    ],
  },
  functions: FUNCTIONS,
};

/**
 * The patch script for microdnf.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderMicrodnfScript(input: ScriptInput): string {
  return renderDnfFamilyScript(TEMPLATE, input);
}
