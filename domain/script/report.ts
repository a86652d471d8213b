import { shell } from './shell';

/**
 * The part of every script that says what became of each target: one line of JSON each, whose values are checked data
 * of the plan or cleaned text of the database.
 */
export const REPORT = shell`
# found_in <matches> <number> <id>: sets found to the binary's version there, false where it is not there.
found_in() {
  found=''
  while IFS='|' read -r f_owner f_id _ _ f_version _; do
    if [ "$f_owner" = "$2" ] && [ "$f_id" = "$3" ]; then
      found=$f_version
      return 0
    fi
  done <"$1"
  return 1
}

# reason: why the binary in id, how and held is still below the floor of the target in number, action and floor. What
# could neither be removed nor raised is there because others need it.
reason() {
  if [ -n "$held" ]; then
    echo held
  elif [ "$action" = remove ]; then
    echo conflict
  elif [ "$refreshed" = failed ]; then
    echo not-fetchable
  else
    offered=$(newest "$id" "$how" </dev/null)
    if [ -z "$offered" ] || ! at_least "$offered" "$floor"; then
      if [ "$action" = kept ]; then echo conflict; else echo fix-not-in-repository; fi
    elif [ -f "$work/upgrade.$number.log" ]; then
      failure "$work/upgrade.$number.log"
    else
      failure "$work/upgrade.log"
    fi
  fi
}

# add_binary <name> <arch> <before> <after>
add_binary() {
  if [ -n "$binaries" ]; then binaries="$binaries,"; fi
  binaries="$binaries{\"name\":\"$(safe "$1")\",\"arch\":\"$(safe "$2")\",\"before\":\"$(safe "$3")\",\"after\":\"$(safe "$4")\"}"
}

report_target() {
  binaries=''
  reasons=' '
  present=0
  below_before=0
  left=0
  below=0
  while IFS='|' read -r owner id name arch version how held ok; do
    if [ "$owner" != "$number" ]; then continue; fi
    left=$((left + 1))
    if [ "$ok" = no ]; then
      below=$((below + 1))
      reasons="$reasons$(reason) "
    fi
    found_in "$work/before" "$number" "$id" || :
    add_binary "$name" "$arch" "$found" "$version"
  done <"$work/after"
  while IFS='|' read -r owner id name arch version how held ok; do
    if [ "$owner" != "$number" ]; then continue; fi
    present=$((present + 1))
    if [ "$ok" = no ]; then below_before=$((below_before + 1)); fi
    found_in "$work/after" "$number" "$id" || add_binary "$name" "$arch" "$version" ''
  done <"$work/before"

  result=residual
  if [ "$present" -eq 0 ]; then
    result=not-installed
  elif [ "$below" -eq 0 ]; then
    result=already-fixed
    if [ "$below_before" -gt 0 ]; then result=fixed; fi
    if [ "$action" = remove ] && [ "$left" -eq 0 ]; then result=fixed; fi
  fi
  why=''
  case $result in
    fixed) fixed=$((fixed + 1)) ;;
    residual)
      residual=$((residual + 1))
      for why in held not-fetchable fix-not-in-repository conflict below-floor; do
        case $reasons in
          *" $why "*) break ;;
        esac
      done
      why=",\"reason\":\"$why\""
      ;;
  esac
  printf 'golden-images-result {"ecosystem":"%s","package":"%s","floor":"%s","result":"%s"%s,"binaries":[%s]}\n' \
    "$ecosystem" "$wanted" "$floor" "$result" "$why" "$binaries"
}

report() {
  fixed=0
  residual=0
  while IFS='|' read -r number action wanted floor origin heir <&3; do
    report_target
  done 3<"$work/targets"
}
`;
