import { shell } from '../../script/shell';

/**
 * Streams of modules, for dnf 4 and microdnf, which keep what is enabled in one file per module. Sources: the DNF command
 * reference, "Module Command"; the modularity documentation of DNF; rpm-software-management/microdnf#85.
 */
export const MODULE_FUNCTIONS = shell`
streams=''

# select_streams: enables the streams of the plan. A stream that is enabled already must be reset before another one can
# be. Where a stream cannot be enabled, its module stays as it was, and the run goes on.
select_streams() {
  for s_stream in $streams; do
    s_module=\${s_stream%%:*}
    s_state=/etc/dnf/modules.d/$s_module.module
    rm -f "$work/module"
    if [ -f "$s_state" ]; then cp "$s_state" "$work/module"; fi
    manage "$work/module.log" module reset "$s_module" || :
    if manage "$work/module.log" module enable "$s_stream"; then continue; fi
    if [ -f "$work/module" ]; then
      cat "$work/module" >"$s_state"
    else
      rm -f "$s_state"
    fi
  done
}
`;
