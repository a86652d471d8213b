import { shell } from './shell';

/**
 * Head of every script: a fixed environment, a private directory, and the trap that puts everything back. The exit line
 * is printed by the trap, hence also after an unforeseen end, which never counts as success.
 */
export const SETTING = shell`
set -u
umask 022
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset IFS CDPATH ENV BASH_ENV LANGUAGE TMPDIR

work=''
names=' '
count=0
touched=no
refreshed=no
complete=no

fail() {
  printf 'golden-images: %s\n' "$1" >&2
  exit 1
}

leave() {
  code=$?
  trap '' HUP INT TERM
  trap - EXIT
  if [ -n "$work" ]; then
    restore
    if [ "$touched" = yes ]; then
      clean_caches
      forget_new_files
    fi
    rm -rf "$work"
  fi
  case $complete.$code in
    yes.0 | yes.10) ;;
    *) code=1 ;;
  esac
  printf 'golden-images-exit %s\n' "$code"
  exit "$code"
}

# logged <log> <command...>: runs it without input; its output goes to the log and, marked, to standard error.
logged() {
  log_file=$1
  shift
  printf '| + %s\n' "$*" >&2
  "$@" </dev/null >"$log_file" 2>&1 3<&-
  log_status=$?
  while IFS= read -r log_line || [ -n "$log_line" ]; do
    printf '| %s\n' "$log_line"
  done <"$log_file" >&2
  return "$log_status"
}

# mentions <file> <text...>: true where the file contains one of the texts.
mentions() {
  haystack=$(cat "$1" 2>/dev/null)
  shift
  for needle in "$@"; do
    case $haystack in
      *"$needle"*) return 0 ;;
    esac
  done
  return 1
}

# note_absent <path...>: remembers those that do not exist yet, for forget_new_files.
note_absent() {
  for path in "$@"; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then
      printf '%s\n' "$path" >>"$work/absent"
    fi
  done
}

forget_new_files() {
  if [ ! -f "$work/absent" ]; then return 0; fi
  while IFS= read -r path; do
    rm -rf "$path"
  done <"$work/absent"
}

# safe <text>: the text with every character outside of the alphabet of names and versions replaced.
safe() {
  case $1 in
    *[!A-Za-z0-9.+~^:_-]*) printf '%s' "$1" | tr -c 'A-Za-z0-9.+~^:_-' '_' ;;
    *) printf '%s' "$1" ;;
  esac
}
`;
