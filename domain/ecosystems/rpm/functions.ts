import { shell } from '../../script/shell';

/**
 * The engine's functions that are about rpm's database and its order of versions, whatever installs the packages.
 * `prepare_rpm` belongs into `start`; `mark_held` and `restore` are to be added. They run on rpm 4.11 (RHEL 7, Amazon
 * Linux 2) and newer: the Lua function `rpm.vercmp` is older than that, `rpm.ver` is not. Sources: rpm(8), rpm-lua(7),
 * rpm-version(7); lib/rpmliblua.c of rpm.
 */
export const RPM_FUNCTIONS = shell`
# prepare_rpm: a home of its own, and what rpm leaves behind.
prepare_rpm() {
  HOME=$work/home
  mkdir "$HOME" || fail 'cannot write to the private directory'
  export HOME
  unset PYTHONPATH PYTHONHOME RPM_CONFIGDIR
  if [ "$(compare 0 1.9 1 0 1.10 1)" != -1 ]; then fail 'rpm does not compare versions'; fi
  find_database
  note_absent /var/lib/rpm/__db.001 /var/lib/rpm/__db.002 /var/lib/rpm/__db.003
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

# An id is the bare name, because a package may come to have another architecture, or none; where several of a name are
# installed, it says which.
list_installed() {
  rpm -qa --qf '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}\n' >"$work/dump" </dev/null || return 1
  while IFS='|' read -r name _; do
    printf '%s\n' "$name"
  done <"$work/dump" | sort >"$work/sorted"
  several=' '
  previous=''
  while IFS= read -r name; do
    if [ "$name" = "$previous" ]; then several="$several$name "; fi
    previous=$name
  done <"$work/sorted"
  while IFS='|' read -r name epoch version release arch source_rpm; do
    if [ "$name" = gpg-pubkey ]; then continue; fi
    origin_of "$source_rpm" "$epoch" "$name" "$version" "$release"
    mark_held
    case $several in
      *" $name "*) id=$name.$arch ;;
      *) id=$name ;;
    esac
    printf '%s|%s|%s|%s|%s|%s|%s\n' "$id" "$name" "$arch" "$(full "$epoch" "$version" "$release")" \
      "$source" "$source_version" "$held"
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

# remove_only <id...>: takes these out, where no other package needs them.
remove_only() {
  logged "$c_log" rpm -e --test -- "$@" || return 1
  logged "$c_log" rpm -e -- "$@"
}

settle() {
  :
}

intact() {
  [ -s "$work/installed" ]
}
`;

/** What goes with {@link RPM_FUNCTIONS} where the package manager has no locks of its own, and nothing to put back. */
export const RPM_WITHOUT_LOCKS = shell`
# mark_held: sets held for the package in name.
mark_held() {
  held=''
}

restore() {
  :
}
`;
