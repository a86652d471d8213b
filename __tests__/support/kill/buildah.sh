#!/bin/sh
# A stand-in for buildah on a directory, for tests that need hundreds of builds: it knows just the commands that the
# command line uses, keeps names and images as files, and "builds" by taking a prepared image for the result.
#
# $FAKE_STORE/images/<id>/{inspect.json,root/}   an image: what `inspect` prints, and its root file system
# $FAKE_STORE/names/<name with / as %2F>         holds the id that the name stands for
# $FAKE_STORE/containers/<name>                  holds the id of the image that the container was made from
# $FAKE_STORE/candidate                          id of the image that every build ends with
# $FAKE_STORE/candidate.log                      what every build prints
set -eu

file_of() {
  printf '%s/names/' "$FAKE_STORE"
  printf '%s' "$1" | sed 's,/,%2F,g'
}

image_of() {
  file=$(file_of "$1")
  if [ ! -f "$file" ]; then
    echo "Error: locating image $1: image not known" >&2
    exit 125
  fi
  cat "$file"
}

name() {
  printf '%s' "$2" >"$FAKE_STORE/.new-$$"
  mv "$FAKE_STORE/.new-$$" "$(file_of "$1")"
}

verb=$1
shift
case $verb in
  info) ;;
  inspect)
    id=$(image_of "$3")
    cat "$FAKE_STORE/images/$id/inspect.json"
    ;;
  tag)
    id=$(image_of "$1")
    shift
    for target in "$@"; do name "$target" "$id"; done
    ;;
  untag)
    shift
    for target in "$@"; do rm -f "$(file_of "$target")"; done
    ;;
  build)
    target=''
    while [ "$#" -gt 1 ]; do
      if [ "$1" = --tag ]; then target=$2; fi
      shift
    done
    cat "$1/Dockerfile" "$1/patch.sh" >/dev/null
    cat "$FAKE_STORE/candidate.log"
    name "$target" "$(cat "$FAKE_STORE/candidate")"
    ;;
  from)
    id=$(image_of "$2")
    printf '%s' "$id" >"$FAKE_STORE/containers/working-$$"
    echo "working-$$"
    ;;
  mount) echo "$FAKE_STORE/images/$(cat "$FAKE_STORE/containers/$1")/root" ;;
  rm) rm -f "$FAKE_STORE/containers/$1" ;;
  unshare) exec "$@" ;;
  *)
    echo "Error: $verb is not known here" >&2
    exit 125
    ;;
esac
