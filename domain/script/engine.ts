import { shell } from './shell';

/**
 * The part of every script that finds, changes and judges. It calls these functions of the ecosystem:
 *
 * - `start` – checks the tools, sets the environment; fails where the package manager is not there
 * - `list_installed FILE` – writes `id|name|arch|version|source|source version|held` per installed binary; non-zero
 *   where the database cannot be read. `id` names the binary to the package manager
 * - `at_least HAVE FLOOR` – true where the distribution's comparator says so
 * - `refresh` – fetches the package lists; sets `refreshed` to `ok` or `failed`
 * - `change upgrade|remove IDS LOG together|alone` – one transaction over the ids in a file, never removing others
 * - `settle` – best effort after a failed transaction
 * - `newest ID source|binary` – prints the newest version on offer, in the terms of the floor
 * - `failure LOG` – prints the residual reason that a failed transaction's log tells
 * - `intact` – true where the run left the database whole
 * - `restore` – undoes guards; `clean_caches` – removes downloads. Both run at the end, whatever happened
 */
export const ENGINE = shell`
# target <action> <package> <floor> <source> [<replacement>]
target() {
  count=$((count + 1))
  printf '%s|%s|%s|%s|%s|%s\n' "$count" "$1" "$2" "$3" "$4" "\${5:-}" >>"$work/targets"
  for t_name in "$2" "$4" "\${5:-}"; do
    if [ -n "$t_name" ]; then names="$names$t_name "; fi
  done
}

# companion <action> <package>
companion() {
  printf '%s|%s\n' "$1" "$2" >>"$work/companions"
  names="$names$2 "
}

# match: the installed binaries of the target in number, wanted, floor, origin and heir. Where source names are always
# meant, so are source versions. Elsewhere, once found by its own name, a target stays a binary's name, also after that
# binary was removed, and it is judged as a binary; so is the heir.
match() {
  while IFS='|' read -r id name arch version source source_version held; do
    if [ "$name" = "$wanted" ]; then : >"$work/named.$number"; fi
  done <"$work/known"
  while IFS='|' read -r id name arch version source source_version held; do
    how=''
    if [ "$name" = "$wanted" ]; then how=binary; fi
    if [ "$source_names" = always ] || [ ! -e "$work/named.$number" ]; then
      if [ "$source" = "$wanted" ] || { [ -n "$origin" ] && [ "$source" = "$origin" ]; }; then how=source; fi
    fi
    if [ -n "$heir" ] && [ "$name" = "$heir" ]; then how=binary; fi
    if [ "$source_names" = always ] && [ -n "$how" ]; then how=source; fi
    case $how in
      source) judged=$source_version ;;
      binary) judged=$version ;;
      *) continue ;;
    esac
    if at_least "$judged" "$floor"; then ok=yes; else ok=no; fi
    printf '%s|%s|%s|%s|%s|%s|%s|%s\n' "$number" "$id" "$name" "$arch" "$version" "$how" "$held" "$ok"
  done <"$work/known"
}

# survey <matches>: every installed binary of every target, judged.
survey() {
  list_installed "$work/installed" || return 1
  if [ ! -s "$work/installed" ]; then return 1; fi
  while IFS='|' read -r id name arch version source source_version held; do
    case $id in
      '' | [!A-Za-z0-9]* | *[!A-Za-z0-9+._:~^-]*) continue ;;
    esac
    case $names in
      *" $name "* | *" $source "*)
        printf '%s|%s|%s|%s|%s|%s|%s\n' "$id" "$name" "$arch" "$version" "$source" "$source_version" "$held"
        ;;
    esac
  done <"$work/installed" >"$work/known"
  while IFS='|' read -r number action wanted floor origin heir <&3; do
    match
  done 3<"$work/targets" >"$1"
}

# queue <action> <matches>: the ids to change, per target and together. An upgrade takes all binaries of a target of
# which one is below the floor, also of one that could not be removed; held ones are left alone.
queue() {
  : >"$work/$1.list"
  : >"$work/$1.groups"
  while IFS='|' read -r number action wanted floor origin heir <&3; do
    case $1.$action in
      remove.remove | upgrade.upgrade | upgrade.kept) ;;
      *) continue ;;
    esac
    needed=no
    : >"$work/$1.$number"
    while IFS='|' read -r owner id name arch version how held ok; do
      if [ "$owner" != "$number" ] || [ -n "$held" ]; then continue; fi
      if [ "$ok" = no ] || [ "$action" = remove ]; then needed=yes; fi
      printf '%s\n' "$id" >>"$work/$1.$number"
    done <"$2"
    if [ "$needed" = yes ]; then
      printf '%s\n' "$number" >>"$work/$1.groups"
      cat "$work/$1.$number" >>"$work/$1.list"
    fi
  done 3<"$work/targets"
  sort -u "$work/$1.list" >"$work/$1.all"
}

# escort <action>: the ids of the companions that the last survey found; held ones are left alone.
escort() {
  while IFS='|' read -r e_action e_name; do
    if [ "$e_action" != "$1" ]; then continue; fi
    while IFS='|' read -r id name arch version source source_version held; do
      if [ "$name" = "$e_name" ] && [ -z "$held" ]; then printf '%s\n' "$id"; fi
    done <"$work/known"
  done <"$work/companions" >"$work/$1.companions"
}

# attempt <action> <ids> <log> together|alone: changes these ids and the companions, which asks for the newest of all;
# where that fails, or there are none, these ids only.
attempt() {
  if [ -s "$work/$1.companions" ]; then
    sort -u "$2" "$work/$1.companions" >"$work/accompanied"
    if change "$1" "$work/accompanied" "$3" together; then return 0; fi
    settle
  fi
  change "$1" "$2" "$3" "$4"
}

# apply <action>: all in one transaction; where that fails, target by target, keeping what works.
apply() {
  if [ ! -s "$work/$1.all" ]; then return 0; fi
  if attempt "$1" "$work/$1.all" "$work/$1.log" together; then return 0; fi
  settle
  while IFS= read -r number <&3; do
    attempt "$1" "$work/$1.$number" "$work/$1.$number.log" alone || settle
  done 3<"$work/$1.groups"
}

# recount: what is still to be changed, and with what.
recount() {
  survey "$work/now" || fail 'cannot read the package database after a change'
  for r_action in remove upgrade; do
    queue "$r_action" "$work/now"
    escort "$r_action"
  done
}

# shed: removes companions that did not go with a target, all or one by one. What others need stays.
shed() {
  if change remove "$work/remove.companions" "$work/companions.log" together; then return 0; fi
  settle
  while IFS= read -r id <&3; do
    printf '%s\n' "$id" >"$work/companion"
    change remove "$work/companion" "$work/companions.log" alone || settle
  done 3<"$work/remove.companions"
}

# keep_needed: the targets that were to be removed and are still there, because others need them, are to be raised.
keep_needed() {
  while IFS='|' read -r number action wanted floor origin heir <&3; do
    if [ "$action" = remove ] && is_left; then action=kept; fi
    printf '%s|%s|%s|%s|%s|%s\n' "$number" "$action" "$wanted" "$floor" "$origin" "$heir"
  done 3<"$work/targets" >"$work/settled"
  cp "$work/settled" "$work/targets" || fail 'cannot write to the private directory'
  queue upgrade "$work/now"
}

# is_left: true where the last count found a binary of the target in number.
is_left() {
  while IFS='|' read -r owner _; do
    if [ "$owner" = "$number" ]; then return 0; fi
  done <"$work/now"
  return 1
}

# patch: changes what the targets need. Where none of them needs anything, nothing is touched. What is left in the end is
# tried again without companions: those that were in the way may be gone, and a transaction may have gone well and yet
# have left a target back for a companion's sake.
patch() {
  queue remove "$work/before"
  queue upgrade "$work/before"
  if [ ! -s "$work/remove.all" ] && [ ! -s "$work/upgrade.all" ]; then return 0; fi
  touched=yes
  escort upgrade
  escort remove
  if [ -s "$work/remove.all" ]; then
    apply remove
    recount
  fi
  if [ -s "$work/remove.companions" ]; then
    shed
    recount
    : >"$work/remove.companions"
    apply remove
    recount
  fi
  if [ -e "$work/now" ]; then keep_needed; fi
  if [ ! -s "$work/upgrade.all" ]; then return 0; fi
  refresh
  apply upgrade
  if [ -s "$work/upgrade.companions" ]; then
    recount
    : >"$work/upgrade.companions"
    apply upgrade
  fi
}

main() {
  trap leave EXIT
  trap 'exit 1' HUP INT TERM
  if [ "$(id -u)" != 0 ]; then fail 'must be run as root'; fi
  work=$(mktemp -d /tmp/golden-images.XXXXXXXXXX 2>/dev/null) ||
    work=$(mktemp -d /var/tmp/golden-images.XXXXXXXXXX 2>/dev/null) ||
    fail 'cannot make a private directory in /tmp or /var/tmp'
  : >"$work/targets"
  : >"$work/companions"
  plan
  start
  survey "$work/before" || fail 'cannot read the package database'
  patch
  if [ "$touched" = yes ]; then
    survey "$work/after" || fail 'cannot read the package database after the run'
  else
    cp "$work/before" "$work/after" || fail 'cannot write to the private directory'
  fi
  report
  intact || fail 'the run left the package database broken'
  complete=yes
  [ "$fixed" -gt 0 ] || [ "$residual" -eq 0 ] || return 10
}
`;
