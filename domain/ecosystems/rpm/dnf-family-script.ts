import { quote } from '../../script/quote';
import { renderScript } from '../../script/render-script';
import type { ScriptInput } from '../../script/script-input';
import { shell } from '../../script/shell';
import { RPM_FUNCTIONS, RPM_WITHOUT_LOCKS } from './functions';
import { MODULE_FUNCTIONS } from './module-functions';
import { isRpmPackageName, isRpmVersion } from './names';

/** What a package manager's log says where an upgrade failed; texts are looked for as they are. */
export interface FailureTexts {
  /** A download failed: `not-fetchable`. */
  readonly notFetchable: readonly string[];
  /** The transaction was refused: `conflict`. */
  readonly conflict: readonly string[];
}

/** How the scripts of dnf and of its relatives differ. */
export interface DnfFamilyTemplate {
  readonly id: 'dnf' | 'yum' | 'microdnf';
  /** True where repositories can be resolved at a named release. */
  readonly takesReleasever: boolean;
  /** True where there are streams of modules: then `refresh` ends in a call of `select_streams`. */
  readonly takesModuleStreams: boolean;
  /** Files and directories that a run may leave behind; those that were not there before are removed. */
  readonly leftovers: readonly string[];
  /** Patterns below the cache directories that are emptied; constants of this project, written as they are. */
  readonly caches: readonly string[];
  readonly failure: FailureTexts;
  /**
   * Shell functions of its own: `manage <log> <argument...>` runs the package manager, `refresh`, `raise together|alone
   * <id...>`, whose log is `$c_log`, and `newest`, as the engine's contract says.
   */
  readonly functions: string;
}

function words(list: readonly string[]): string {
  return list.map((word) => quote(word)).join(' ');
}

function familyFunctions(template: DnfFamilyTemplate): string {
  const { id, leftovers, caches, failure, functions } = template;
  const modules = template.takesModuleStreams ? `${MODULE_FUNCTIONS.trim()}\n\n` : '';
  return shell`
start() {
  for tool in rpm ${id}; do
    command -v "$tool" >/dev/null || fail "$tool is not there: not a ${id} image"
  done
  prepare_rpm
  note_absent ${leftovers.join(' ')}
}

${RPM_FUNCTIONS.trim()}

${RPM_WITHOUT_LOCKS.trim()}

${modules}${functions.trim()}

change() {
  c_action=$1
  c_ids=$2
  c_log=$3
  set -- "$4"
  while IFS= read -r c_id; do
    set -- "$@" "$c_id"
  done <"$c_ids"
  case $c_action in
    remove)
      shift
      remove_only "$@"
      ;;
    *) raise "$@" ;;
  esac
}

failure() {
  if mentions "$1" ${words(failure.notFetchable)}; then
    echo not-fetchable
  elif mentions "$1" ${words(failure.conflict)}; then
    echo conflict
  else
    echo below-floor
  fi
}

clean_caches() {
  ${id} clean all >/dev/null 2>&1 </dev/null || :
  rm -rf ${caches.join(' ')}
}
`;
}

/**
 * Renders the patch script of dnf or one of its relatives.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderDnfFamilyScript(template: DnfFamilyTemplate, input: ScriptInput): string {
  return renderScript(
    {
      ecosystem: template.id,
      sourceNames: 'fallback',
      takesReleasever: template.takesReleasever,
      takesModuleStreams: template.takesModuleStreams,
      isPackageName: isRpmPackageName,
      isVersion: isRpmVersion,
      functions: familyFunctions(template),
    },
    input,
  );
}
